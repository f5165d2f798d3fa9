//! Looks whether anything of a tenant is left, from outside and after the fact, and writes down what was found.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::OnceLock;

use appliance::{Folders, Found, Method, Release, Store};
use lease::evidence::{Actor, Check, Erased, Record, last_hash};
use lease::{Appliance, device};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::folder::{Folder, make};
use crate::supervision::{by_provider, request_of};

/// Who gives the order, in the words of it.
pub(super) fn order_of(appliance: &Appliance) -> String {
    by_provider(appliance.reclaim.as_deref().unwrap_or("not known"))
}

/// The record of a release that is carried out: its order is still there.
pub(super) fn record(
    folder: &Folder,
    appliance: &Appliance,
    release: &Release,
) -> io::Result<Record> {
    let serial = &appliance.serial;
    let folders = folder.state(serial);
    let checks = vec![
        processes(&folders)?,
        files("files with the root key", &folders.root_key, None)?,
        files("files with the state", &folders.state, Some(&folders.order()))?,
        opened(folder, &folders, serial)?,
    ];
    let erased = release.erased().iter().map(|erased| Erased {
        class: erased.class.clone(),
        count: erased.count,
        method: method(erased.method).to_owned(),
    });
    let actor = match request_of(release.by()) {
        Some(request) => Actor::Provider { request: request.to_owned() },
        None => Actor::Tenant,
    };
    Ok(Record {
        appliance: serial.clone(),
        counter: appliance.releases + 1,
        tenant: appliance.tenant.clone().unwrap_or_default(),
        actor,
        state_before: appliance.released_from.unwrap_or(device::State::Allocated),
        began: fs::metadata(folders.order())?.modified()?.into(),
        ended: OffsetDateTime::now_utc(),
        erased: erased.collect(),
        checks,
        firmware: firmware()?,
        previous: last_hash(&folder.evidence(serial)?).unwrap_or_default(),
    })
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::CryptoErase => "key destroyed",
        Method::Wipe => "memory wiped",
        Method::Overwrite | Method::Remove => "overwritten and removed",
    }
}

/// Processes that serve this state, among all of the machine.
fn processes(folders: &Folders) -> io::Result<Check> {
    let state = folders.state.as_os_str().as_encoded_bytes();
    let (mut searched, mut found) = (0, 0);
    for entry in fs::read_dir("/proc")? {
        // One that ends meanwhile is none.
        let Ok(line) = fs::read(entry?.path().join("cmdline")) else { continue };
        searched += 1;
        let mut words = line.split(|byte| *byte == 0).skip(1);
        let serves = words.next() == Some(b"serve") && words.any(|word| word == state);
        found += u64::from(serves);
    }
    Ok(Check { what: "processes of the appliance".to_owned(), searched, found })
}

/// Whatever lies in a folder, but the order of the release.
fn files(what: &str, folder: &Path, order: Option<&Path>) -> io::Result<Check> {
    let (mut searched, mut found) = (1, 0);
    for entry in fs::read_dir(folder)? {
        searched += 1;
        found += u64::from(Some(entry?.path().as_path()) != order);
    }
    Ok(Check { what: what.to_owned(), searched, found })
}

/// Whether a start would find a state, tried with links to what is there, without the order.
fn opened(folder: &Folder, folders: &Folders, serial: &str) -> io::Result<Check> {
    let number = serial.parse().map_err(io::Error::other)?;
    let scratch = folder.scratch(serial)?;
    let links = Folders { state: scratch.join("state"), root_key: scratch.join("state.key") };
    for (from, to) in [(&folders.state, &links.state), (&folders.root_key, &links.root_key)] {
        make(to)?;
        for entry in fs::read_dir(from)?.filter_map(Result::ok) {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if is_file && entry.path() != folders.order() {
                fs::hard_link(entry.path(), to.join(entry.file_name()))?;
            }
        }
    }
    let found = u64::from(matches!(Store::open(&links, number), Ok(Found::State(..))));
    fs::remove_dir_all(scratch)?;
    Ok(Check { what: "states that can be opened".to_owned(), searched: 1, found })
}

/// SHA-256 of this program, which is that of its appliances, too.
fn firmware() -> io::Result<String> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash.clone());
    }
    let mut program = fs::File::open(crate::serve::PROGRAM)?;
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match program.read(&mut buffer)? {
            0 => break,
            length => digest.update(&buffer[..length]),
        }
    }
    Ok(HASH.get_or_init(|| hex::encode(digest.finalize())).clone())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use appliance::{Appliance as Device, Randomness, State};

    use super::*;

    /// The folder of a pool, and the folders of the state of an appliance, removed with this.
    struct Place(Folder, Folders);

    impl Drop for Place {
        fn drop(&mut self) {
            let pool = self.1.state.ancestors().nth(2);
            let _ = pool.map(fs::remove_dir_all);
        }
    }

    fn place(name: &str) -> Place {
        let path = std::env::temp_dir().join(format!("strongroom-{name}-{}", std::process::id()));
        // There may be none of an earlier run.
        let _ = fs::remove_dir_all(&path);
        let folder = Folder::open(&path).expect("room");
        let folders = folder.state(SERIAL);
        make(&folders.state).expect("room");
        make(&folders.root_key).expect("room");
        Place(folder, folders)
    }

    const SERIAL: &str = "S0000000001D";

    fn found(check: io::Result<Check>) -> u64 {
        let check = check.expect("it can be looked at");
        assert!(check.searched > check.found, "{check:?}");
        check.found
    }

    #[test]
    fn files_that_are_left_are_found() {
        let Place(_, folders) = &place("files");
        let look = || files("files", &folders.state, Some(&folders.order()));
        assert_eq!(found(look()), 0);
        fs::write(folders.order(), "an order").expect("room");
        assert_eq!(found(look()), 0);
        fs::create_dir(folders.state.join("audit")).expect("room");
        fs::write(folders.state.join("state.new"), "half a state").expect("room");
        assert_eq!(found(look()), 2);
    }

    #[test]
    fn a_state_that_still_opens_is_found() {
        let Place(folder, folders) = &place("opens");
        assert_eq!(opened(folder, folders, SERIAL).expect("nothing is there").found, 0);
        let number = SERIAL.parse().expect("a serial number");
        let Ok(Found::Nothing(store)) = Store::open(folders, number) else { panic!("it is new") };
        let random = Randomness::from_system().expect("random numbers");
        Device::new(State::factory(), random).with_store(store).expect("it is kept");
        fs::write(folders.order(), "an order that nobody carried out").expect("room");
        assert_eq!(opened(folder, folders, SERIAL).expect("it can be tried").found, 1);
        assert!(folders.root_key.join("root-key").exists(), "looking changes nothing");
        fs::remove_file(folders.root_key.join("root-key")).expect("it is there");
        assert_eq!(opened(folder, folders, SERIAL).expect("it can be tried").found, 0);
    }

    #[test]
    fn a_process_that_still_serves_is_found() {
        let Place(_, folders) = &place("serves");
        assert_eq!(found(processes(folders)), 0);
        // A shell with a script of this name stands for the program.
        let script = folders.state.with_file_name("serve");
        fs::write(&script, "read line").expect("room");
        let mut shell = Command::new("sh");
        shell.arg("serve").arg(&folders.state).stdin(std::process::Stdio::piped());
        let mut process =
            shell.current_dir(script.parent().expect("a folder")).spawn().expect("a shell");
        assert_eq!(found(processes(folders)), 1);
        process.kill().expect("it runs");
        process.wait().expect("it ends");
        assert_eq!(found(processes(folders)), 0);
    }
}
