//! What a pool has on disk.
//!
//! | file | holds |
//! | --- | --- |
//! | `POOL/pool.json` | appliances and resources, no data of a tenant |
//! | `POOL/token` | what opens the control plane and the provider's console |
//! | `POOL/console` | the socket of the provider's console |
//! | `POOL/SERIAL/identity` | 32 secret bytes with which the appliance signs |
//! | `POOL/SERIAL/evidence` | its signed records of release |
//! | `POOL/SERIAL/state`, `POOL/SERIAL/state.key` | the tenant's: sealed state, logs and root key, while it is leased |
//!
//! Files are replaced whole: each is there as it was or as it is to be, also after a loss of power.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use appliance::Folders;
use console::Credential;
use lease::Pool;
use lease::evidence::{self, Identity, Record};
use zeroize::Zeroizing;

/// The folder of a pool. While it exists, no other process can open the same one.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens or makes it, for its owner alone.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        make(path)?;
        let lock = File::open(path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: std::path::absolute(path)?, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(io::Error::other("another pool uses this folder; stop it, or choose another"))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// What was remembered; none at first.
    pub(super) fn pool(&self) -> io::Result<Option<Pool>> {
        match fs::read(self.path.join("pool.json")) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Remembers.
    pub(super) fn keep(&self, pool: &Pool) -> io::Result<()> {
        create(&self.path.join("pool.json"), &serde_json::to_vec_pretty(pool)?)
    }

    pub(super) fn token(&self) -> PathBuf {
        token_in(&self.path)
    }

    /// What opens the doors; a new one where there is none.
    pub(super) fn credential(&self) -> io::Result<Credential> {
        match Credential::read(&self.token()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let credential = Credential::generate()?;
                credential.write(&self.token())?;
                Ok(credential)
            }
            read => read,
        }
    }

    pub(super) fn console(&self) -> PathBuf {
        socket_in(&self.path)
    }

    fn appliance(&self, serial: &str) -> PathBuf {
        self.path.join(serial)
    }

    fn evidence_file(&self, serial: &str) -> PathBuf {
        self.appliance(serial).join("evidence")
    }

    /// Folders of the state of an appliance.
    pub(super) fn state(&self, serial: &str) -> Folders {
        let state = self.appliance(serial).join("state");
        Folders { root_key: Folders::beside(&state), state }
    }

    /// Log of an appliance. It lies with the tenant's state, for it is his, and goes with it.
    pub(super) fn log_file(&self, serial: &str) -> PathBuf {
        self.state(serial).state.join("log")
    }

    /// Opens that log.
    pub(super) fn log(&self, serial: &str) -> io::Result<File> {
        let Folders { state, root_key } = self.state(serial);
        make(&state)?;
        make(&root_key)?;
        OpenOptions::new().append(true).create(true).mode(0o600).open(self.log_file(serial))
    }

    /// Makes the folder of a new appliance, with an identity and the head of its evidence.
    pub(super) fn furnish(&self, serial: &str) -> io::Result<()> {
        make(&self.appliance(serial))?;
        let path = self.appliance(serial).join("identity");
        if !path.exists() {
            let mut seed = Zeroizing::new([0; 32]);
            File::open("/dev/urandom")?.read_exact(&mut seed[..])?;
            create(&path, &seed[..])?;
        }
        let evidence = self.evidence_file(serial);
        if evidence.exists() {
            return Ok(());
        }
        create(&evidence, self.identity(serial)?.head(serial).as_bytes())
    }

    fn identity(&self, serial: &str) -> io::Result<Identity> {
        let mut seed = Zeroizing::new([0; 32]);
        File::open(self.appliance(serial).join("identity"))?.read_exact(&mut seed[..])?;
        Ok(Identity::from_seed(&seed))
    }

    /// The key with which everybody verifies the evidence of an appliance.
    pub(super) fn public_key(&self, serial: &str) -> io::Result<String> {
        Ok(self.identity(serial)?.public_key())
    }

    /// The evidence of an appliance as it stands there.
    pub(super) fn evidence(&self, serial: &str) -> io::Result<String> {
        fs::read_to_string(self.evidence_file(serial))
    }

    /// When its file was changed last, and its length.
    pub(super) fn evidence_changed(&self, serial: &str) -> Option<(i64, i64, u64)> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(self.evidence_file(serial)).ok()?;
        Some((metadata.ctime(), metadata.ctime_nsec(), metadata.size()))
    }

    /// Its records, if the identity of the appliance has signed them all; else why not.
    pub(super) fn records(&self, serial: &str) -> Result<Vec<Record>, String> {
        let read = self.public_key(serial).and_then(|key| Ok((key, self.evidence(serial)?)));
        let (public_key, text) =
            read.map_err(|error| format!("its evidence cannot be read: {error}"))?;
        let (_, records) = evidence::verify(&text, Some(&public_key))
            .map_err(|doubt| format!("its evidence does not verify: {doubt}"))?;
        Ok(records)
    }

    /// Signs a record and adds it to the evidence.
    pub(super) fn sign(&self, record: &Record) -> io::Result<()> {
        let serial = &record.appliance;
        let text = self.evidence(serial)? + &self.identity(serial)?.sign(record);
        create(&self.evidence_file(serial), text.as_bytes())
    }

    /// Erases and removes all of an appliance but its evidence, for good.
    pub(super) fn destroy(&self, serial: &str) -> io::Result<()> {
        let folders = self.state(serial);
        if folders.state.exists() {
            folders.erase("destroyed").map_err(io::Error::other)?;
        }
        let Folders { state, root_key } = folders;
        let identity = self.appliance(serial).join("identity");
        let gone =
            [fs::remove_dir_all(root_key), fs::remove_dir_all(state), fs::remove_file(identity)];
        gone.into_iter().try_for_each(|removed| match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }

    /// A folder for a moment, empty.
    pub(super) fn scratch(&self, serial: &str) -> io::Result<PathBuf> {
        let path = self.appliance(serial).join("scratch");
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        make(&path)?;
        Ok(path)
    }
}

/// What opens the doors of a pool in this folder.
pub(crate) fn token_in(pool: &Path) -> PathBuf {
    pool.join("token")
}

/// The socket of the console of the pool in this folder.
pub(crate) fn socket_in(pool: &Path) -> PathBuf {
    pool.join("console")
}

/// Makes a folder that is its owner's alone, where there is none.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Writes a file that is its owner's alone, in place of the one of that name.
pub(super) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_added_extension("new");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(path.parent().unwrap_or(path))?.sync_all()
}
