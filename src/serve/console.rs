//! Where consoles connect: a Unix socket that only its owner may open, and a credential beside it.
//!
//! The tenant has a door, and the provider of an appliance that has no pool another one.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use appliance::Action;
use console::{Credential, Desk, Door, NotAdmitted, Party, Seat};
use host_commands::Host;
use tokio::sync::Notify;

use super::appliance::facts;
use crate::configuration::Configuration;
use crate::consoles;

/// The socket of the appliance that listens on a port and keeps no state.
pub(crate) fn socket_of_port(port: u16, party: Party) -> PathBuf {
    std::env::temp_dir().join(format!("strongroom-{port}")).join(name(party))
}

/// The socket of the appliance that keeps its state in this folder.
pub(crate) fn socket_in(state: &Path, party: Party) -> PathBuf {
    state.join(name(party))
}

fn name(party: Party) -> &'static str {
    match party {
        Party::Tenant => "console",
        Party::Provider => "provider",
    }
}

/// An open socket; it is removed with this, and so is its credential.
#[derive(Debug)]
pub(super) struct Console {
    path: PathBuf,
}

/// What an officer is told who has released the appliance.
fn after_release(configuration: &Configuration, is_supervised: bool) -> &'static str {
    match (is_supervised, &configuration.state) {
        (true, _) => {
            "The appliance ends now. Its pool looks whether anything is left, signs that nothing is, and takes it back"
        }
        (_, Some(_)) => "The appliance starts anew now, in a new process, as it was delivered",
        (_, None) => "The appliance starts anew now, in a new process, as its configuration says",
    }
}

/// Opens the doors: the tenant's, and the provider's, who otherwise sits at the console of a pool. What is to be told of
/// them is added to the notices. Whoever waits is told when an officer has released the appliance.
pub(super) fn open(
    configuration: &Configuration,
    host: &Arc<Host>,
    port: u16,
    is_supervised: bool,
    notices: &mut Vec<String>,
    released: &Arc<Notify>,
) -> Vec<Console> {
    let path = |party| match &configuration.state {
        Some(state) => socket_in(state, party),
        None => socket_of_port(port, party),
    };
    let (tenants, providers) = (path(Party::Tenant), path(Party::Provider));
    let provider =
        format!("This is the console of the provider: the tenant's is {}", tenants.display());
    let tenant = if is_supervised {
        "This is the console of the tenant: the provider's is that of `strongroom pool`".to_owned()
    } else {
        format!("This is the console of the tenant: the provider's is {}", providers.display())
    };
    let mut doors = vec![(Party::Tenant, tenants, tenant)];
    if !is_supervised {
        doors.push((Party::Provider, providers, provider));
    }
    let mut consoles = Vec::new();
    for (party, path, elsewhere) in doors {
        let mut facts = facts(configuration, port);
        facts.insert("After a release", after_release(configuration, is_supervised).to_owned());
        let seat = Seat { party, facts };
        let (host, released) = (Arc::clone(host), Arc::clone(released));
        match Console::open(path.clone(), host, seat, elsewhere, released) {
            Ok(console) => {
                // The provider's lies beside it.
                if party == Party::Tenant {
                    notices.push(format!("console {}", path.display()));
                }
                consoles.push(console);
            }
            Err(error) => notices.push(format!("no console: {}: {error}", path.display())),
        }
    }
    consoles
}

impl Console {
    /// Opens the socket of a party, with a new credential, and serves consoles from now on, a thread each.
    fn open(
        path: PathBuf,
        host: Arc<Host>,
        seat: Seat,
        elsewhere: String,
        released: Arc<Notify>,
    ) -> io::Result<Self> {
        prepare(&path)?;
        let credential = Credential::generate()?;
        credential.write(&Credential::beside(&path))?;
        let door = Door { party: seat.party, credential, elsewhere };
        let appliance = Arc::clone(&host);
        consoles::open(
            &path,
            door,
            move |mut remote| {
                let appliance = host.appliance();
                let well = Desk::new(&mut remote, appliance, seat.clone()).serve();
                // The console may be gone already.
                let _ = remote.end(well);
                if appliance.is_released() {
                    released.notify_one();
                }
            },
            move |why| {
                if *why != NotAdmitted::Unknown {
                    appliance.appliance().note(Action::NotAuthenticated);
                }
            },
        )?;
        Ok(Self { path })
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Nobody can connect any more, whether it goes or not.
        let _ = fs::remove_file(Credential::beside(&self.path));
        let _ = fs::remove_file(&self.path);
        if let Some(folder) = self.path.parent().filter(|it| it.starts_with(std::env::temp_dir())) {
            let _ = fs::remove_dir(folder);
        }
    }
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
