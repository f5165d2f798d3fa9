//! Where consoles connect: a Unix socket that only its owner may open, and a thread for each console.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use console::{Door, NotAdmitted, Remote};

/// Consoles at the same time.
const CONSOLES: usize = 8;

/// How long whoever connects may take to say who is there.
const HELLO: Duration = Duration::from_secs(10);

/// Opens a socket and lets consoles in at its door from now on. Each is served by `serve` to its end, in a thread of its own; why one
/// is not let in is told to the log, and to `refused`.
pub(crate) fn open(
    path: &Path,
    door: Door,
    serve: impl Fn(Remote<UnixStream>) + Send + Sync + 'static,
    refused: impl Fn(&NotAdmitted) + Send + Sync + 'static,
) -> io::Result<()> {
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    let place = Arc::new(Place { door, serve, refused });
    thread::Builder::new().name("consoles".to_owned()).spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            // This thread has one of them.
            if Arc::strong_count(&place) > CONSOLES {
                continue;
            }
            let place = Arc::clone(&place);
            let started = thread::Builder::new()
                .name("console".to_owned())
                .spawn(move || place.hold_conversation(stream));
            if let Err(error) = started {
                tracing::warn!("no thread for a console: {error}");
            }
        }
    })?;
    Ok(())
}

/// What every console at a socket needs.
struct Place<S, R> {
    door: Door,
    serve: S,
    refused: R,
}

impl<S: Fn(Remote<UnixStream>), R: Fn(&NotAdmitted)> Place<S, R> {
    fn hold_conversation(&self, stream: UnixStream) {
        // Whoever is in may think as long as he likes.
        let patience = stream.try_clone().and_then(|stream| {
            stream.set_read_timeout(Some(HELLO))?;
            // What is shown has to be taken: an appliance that is released waits for that.
            stream.set_write_timeout(Some(HELLO))?;
            Ok(move || stream.set_read_timeout(None))
        });
        let Ok(without_limit) = patience else { return };
        let remote = match Remote::accept(stream, &self.door) {
            Ok(remote) => remote,
            Err(why) => {
                tracing::warn!("a console is not let in: {why}");
                return (self.refused)(&why);
            }
        };
        if without_limit().is_ok() {
            (self.serve)(remote);
        }
    }
}
