//! Where consoles connect: a Unix socket that only its owner may open.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use console::{Desk, Remote, Seat};
use host_commands::Host;

/// Consoles at the same time.
const CONSOLES: usize = 8;

/// The socket of the appliance that listens on a port and keeps no state.
pub(crate) fn socket_of_port(port: u16) -> PathBuf {
    std::env::temp_dir().join(format!("strongroom-{port}")).join("console")
}

/// The socket of the appliance that keeps its state in this folder.
pub(crate) fn socket_in(state: &Path) -> PathBuf {
    state.join("console")
}

/// An open socket; it is removed with this.
#[derive(Debug)]
pub(super) struct Console {
    path: PathBuf,
}

impl Console {
    /// Opens the socket and serves consoles from now on, a thread each.
    pub(super) fn open(path: PathBuf, host: Arc<Host>, seat: Seat) -> io::Result<Self> {
        prepare(&path)?;
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        let places = Arc::new(AtomicUsize::new(0));
        thread::Builder::new().name("consoles".to_owned()).spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                if places.fetch_add(1, Ordering::Relaxed) >= CONSOLES {
                    places.fetch_sub(1, Ordering::Relaxed);
                    continue;
                }
                let (host, seat, own) = (Arc::clone(&host), seat.clone(), Arc::clone(&places));
                let started = thread::Builder::new().name("console".to_owned()).spawn(move || {
                    serve(stream, &host, seat);
                    own.fetch_sub(1, Ordering::Relaxed);
                });
                if let Err(error) = started {
                    places.fetch_sub(1, Ordering::Relaxed);
                    tracing::warn!("no thread for a console: {error}");
                }
            }
        })?;
        Ok(Self { path })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Nobody can connect any more, whether it goes or not.
        let _ = fs::remove_file(&self.path);
        if let Some(folder) = self.path.parent().filter(|it| it.starts_with(std::env::temp_dir())) {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn serve(stream: UnixStream, host: &Host, seat: Seat) {
    let Ok((mut remote, party)) = Remote::accept(stream) else { return };
    let well = Desk::new(&mut remote, host.appliance(), Seat { party, ..seat }).serve();
    // The console may be gone already.
    let _ = remote.end(well);
}

/// Makes the folder, which must be ours alone, and clears away the socket of a server that is gone.
fn prepare(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if fs::metadata(folder)?.uid() != rustix::process::getuid().as_raw() {
        return Err(io::Error::other("the folder belongs to somebody else"));
    }
    if UnixStream::connect(path).is_ok() {
        return Err(io::Error::other("another appliance has it"));
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
