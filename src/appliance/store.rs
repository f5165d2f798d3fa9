//! Where the state is kept: one sealed file, replaced whole with each change.
//!
//! | file | holds |
//! | --- | --- |
//! | `STATE/state` | a header of 106 bytes in the clear, and the state, sealed by the data key for that header |
//! | `STATE/release` | that the tenant's data is to be erased; see [`Release`] |
//! | `ROOT/root-key` | the root key: 32 bytes |
//! | `ROOT/generation` | the generation of the state that was written last, in decimal digits |
//!
//! The header is magic (8 bytes), version (2), serial number of the appliance (12), generation (8), length of the sealed
//! part (4), and the data key wrapped by the root key (72); numbers are big-endian. ROOT is a folder of its own, so that
//! a backup of STATE cannot be opened, and so that an older state that is put back is found by its generation.
//!
//! A file is replaced by writing another, bringing it to the disk, renaming it, and bringing the folder to the disk. The
//! state comes first and its generation after it: the state on disk is never older than the generation beside the root
//! key, unless somebody put it there.

mod disk;
mod fault;
mod header;
mod image;
mod outside;
mod release;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vault::sealed::{DataKey, RootKey};

use crate::{SerialNumber, State};
use header::Header;

pub use fault::{NotKept, StoreFault};
pub use release::{Erased, Method, Release};

/// File of the state, and what its sealed part is sealed for.
const STATE: &str = "state";
const ROOT_KEY: &str = "root-key";
const GENERATION: &str = "generation";

/// Files that are no part of a state: the sockets for consoles. Their credentials lie beside them, and are erased with it.
const OTHERS: [&str; 2] = ["console", "provider"];

/// The folders of a state.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Folders {
    /// Of the sealed state.
    pub state: PathBuf,
    /// Of the root key.
    pub root_key: PathBuf,
}

impl Folders {
    /// The folder of the root key beside that of the state: its name with `.key` behind it.
    pub fn beside(state: &Path) -> PathBuf {
        // `.` has no name of its own. Where that cannot be found out, the folder itself cannot be opened either.
        let state = std::path::absolute(state).unwrap_or_else(|_| state.to_owned());
        let mut name = state.file_name().unwrap_or_default().to_owned();
        name.push(".key");
        state.with_file_name(name)
    }
}

/// What stands in the folders at a start.
#[derive(Debug)]
pub enum Found {
    /// Nothing yet.
    Nothing(Store),
    /// The state that was kept last.
    State(Box<State>, Store),
    /// A release that was begun. All that there was is erased now; there is no way back.
    Release(Release),
}

/// Keeps a state. While it exists, no other process can open the same folders.
#[derive(Debug)]
pub struct Store {
    folders: Folders,
    serial_number: SerialNumber,
    data_key: Arc<DataKey>,
    wrapped: [u8; DataKey::WRAPPED],
    /// Of the state that was tried to be kept last.
    generation: u64,
    is_released: bool,
    /// Locks of the two folders.
    _locks: [File; 2],
}

impl Store {
    /// Opens the folders of a state and makes them where they are missing; a release that was begun is carried out.
    ///
    /// # Errors
    /// [`StoreFault`], which names the file and says what to do.
    pub fn open(folders: &Folders, serial_number: SerialNumber) -> Result<Found, StoreFault> {
        let Folders { state, root_key } = folders;
        let whole = |path: &Path| {
            std::path::absolute(path).map_err(|error| StoreFault::Io(path.to_owned(), error))
        };
        if whole(root_key)?.starts_with(whole(state)?) {
            return Err(StoreFault::SameFolder(root_key.clone()));
        }
        let locks = [lock(state)?, lock(root_key)?];
        if let Some(release) = Release::resume(folders)? {
            return Ok(Found::Release(release));
        }
        let root = read_root_key(&root_key.join(ROOT_KEY))?;
        let path = state.join(STATE);
        let file = match fs::read(&path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(StoreFault::Io(path, error)),
        };
        let store = |data_key, wrapped, generation| Self {
            folders: folders.clone(),
            serial_number,
            data_key: Arc::new(data_key),
            wrapped,
            generation,
            is_released: false,
            _locks: locks,
        };
        let (Some(root), Some(file)) = (&root, &file) else {
            let generation = root.as_ref().map(|_| folders.generation()).transpose()?;
            return match (file, generation) {
                (Some(_), _) => Err(StoreFault::NoRootKey(root_key.join(ROOT_KEY), path)),
                // Whoever was interrupted when the state was to be made goes on here.
                (None, Some(0) | None) => {
                    let made =
                        make(folders, root).map_err(|(path, error)| StoreFault::Io(path, error))?;
                    Ok(Found::Nothing(store(made.0, made.1, 0)))
                }
                (None, Some(generation)) => Err(StoreFault::NoState(path, generation)),
            };
        };
        let (header, sealed) = Header::read(file, &path)?;
        if header.serial_number != *serial_number.as_bytes() {
            return Err(StoreFault::Foreign(path, header.serial_number, serial_number));
        }
        let known = folders.generation()?;
        let data_key = root
            .unwrap(&header.wrapped)
            .map_err(|_| StoreFault::OtherKey(path.clone(), root_key.join(ROOT_KEY)))?;
        let bytes = data_key
            .open(&header.bytes(), sealed)
            .map_err(|_| StoreFault::Altered(path.clone()))?;
        if header.generation < known {
            return Err(StoreFault::RolledBack(path, header.generation, known));
        }
        let kept = image::read(&bytes, &data_key);
        let state = kept.map_err(|reason| StoreFault::Unreadable(path, reason))?;
        Ok(Found::State(Box::new(state), store(data_key, header.wrapped, header.generation)))
    }

    /// Keeps a state in place of the one before; when this returns, it is on the disk.
    ///
    /// # Errors
    /// [`NotKept`]; the state before is still there.
    pub(crate) fn keep(&mut self, state: &State) -> Result<(), NotKept> {
        let not_kept = |error| NotKept::new(self.folders.state.join(STATE), error);
        if self.is_released {
            return Err(not_kept(io::Error::other("the appliance is released")));
        }
        let bytes = image::written(state, &self.data_key).map_err(not_kept)?;
        let length = bytes.len() + DataKey::OVERHEAD;
        let header = Header {
            serial_number: *self.serial_number.as_bytes(),
            generation: self.generation + 1,
            length: u32::try_from(length)
                .map_err(|_| not_kept(io::ErrorKind::FileTooLarge.into()))?,
            wrapped: self.wrapped,
        };
        let head = header.bytes();
        let sealed = self.data_key.seal(&head, &bytes);
        let sealed = sealed.map_err(|fault| not_kept(io::Error::other(fault)))?;
        // No number is given twice, also where writing fails after the file was renamed.
        self.generation = header.generation;
        let Folders { state: folder, root_key } = &self.folders;
        let kept = disk::replace(folder, STATE, &[&head, &sealed]);
        kept.map_err(|error| NotKept::new(folder.join(STATE), error))?;
        let generation = format!("{}\n", self.generation);
        if let Err(error) = disk::replace(root_key, GENERATION, &[generation.as_bytes()]) {
            // The state is kept. Until this works again, an older state that is put back is not found.
            tracing::error!("{}: {error}", root_key.join(GENERATION).display());
        }
        Ok(())
    }

    /// Notes on the disk that all is to be erased, and keeps no state from then on.
    pub(crate) fn begin_release(
        &mut self,
        by: &str,
        erased: &mut Vec<Erased>,
    ) -> Result<Release, NotKept> {
        let folder = &self.folders.state;
        let not_kept = |error| NotKept::new(folder.clone(), error);
        let others = fs::read_dir(folder)
            .map_err(not_kept)?
            .filter_map(Result::ok)
            .filter(release::is_other);
        let others = others.count();
        for (class, count, method) in [
            ("root keys", 1, Method::Overwrite),
            ("sealed states", 1, Method::CryptoErase),
            ("other files", others, Method::Remove),
        ] {
            erased.push(Erased::new(class, count, method));
        }
        let release = Release::begin(&self.folders, by, erased.clone()).map_err(not_kept)?;
        self.is_released = true;
        // The key goes from memory, too, as soon as nobody else has it.
        if let Ok(other) = DataKey::generate() {
            self.data_key = Arc::new(other);
        }
        Ok(release)
    }

    /// The key that everything else in the folder of the state is to be sealed with, such as the audit log.
    pub fn data_key(&self) -> Arc<DataKey> {
        Arc::clone(&self.data_key)
    }

    /// The folder of the state. What a release has to leave alone does not belong there.
    pub fn folder(&self) -> &Path {
        &self.folders.state
    }
}

impl Folders {
    /// The generation beside the root key.
    fn generation(&self) -> Result<u64, StoreFault> {
        let path = self.root_key.join(GENERATION);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(StoreFault::Io(path, error)),
        };
        text.trim_end().parse().map_err(|_| StoreFault::Generation(path))
    }
}

/// Makes a folder where there is none, and locks it for this process.
fn lock(folder: &Path) -> Result<File, StoreFault> {
    let fault = |error| StoreFault::Io(folder.to_owned(), error);
    disk::make_folder(folder).map_err(fault)?;
    let file = File::open(folder).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(StoreFault::InUse(folder.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(fault(error)),
    }
}

/// The root key; none where there is no file of it.
fn read_root_key(path: &Path) -> Result<Option<RootKey>, StoreFault> {
    use std::os::unix::fs::PermissionsExt as _;
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::InvalidData => StoreFault::RootKey(path.to_owned()),
        _ => StoreFault::Io(path.to_owned(), error),
    };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(error)),
    };
    if file.metadata().map_err(fault)?.permissions().mode() & 0o077 != 0 {
        return Err(StoreFault::Exposed(path.to_owned()));
    }
    RootKey::read_from(&mut file).map(Some).map_err(fault)
}

/// Makes the keys of a state that does not exist yet: the generation first, so that a root key is never without one.
fn make(
    Folders { root_key: folder, .. }: &Folders,
    root: Option<RootKey>,
) -> Result<(DataKey, [u8; DataKey::WRAPPED]), (PathBuf, io::Error)> {
    let at = |name: &str, error| (folder.join(name), error);
    let of_key = |fault| at(ROOT_KEY, io::Error::other(fault));
    let root = if let Some(root) = root {
        root
    } else {
        disk::replace(folder, GENERATION, &[b"0\n"]).map_err(|error| at(GENERATION, error))?;
        let root = RootKey::generate().map_err(of_key)?;
        disk::replace_with(folder, ROOT_KEY, |file| root.write_to(file))
            .map_err(|error| at(ROOT_KEY, error))?;
        root
    };
    let data_key = DataKey::generate().map_err(of_key)?;
    let wrapped = root.wrap(&data_key).map_err(of_key)?;
    let wrapped =
        wrapped.try_into().map_err(|_| at(ROOT_KEY, io::ErrorKind::InvalidData.into()))?;
    Ok((data_key, wrapped))
}
