//! What a provider, who must not open a state, sees and does of it from outside.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;

use super::{
    Erased, Folders, Method, OTHERS, ROOT_KEY, Release, STATE, StoreFault, disk, lock, release,
};

impl Folders {
    /// File of the order of a release. While it is there, a release was begun and is not settled.
    pub fn order(&self) -> PathBuf {
        self.state.join(release::ORDER)
    }

    /// Whether a process has them.
    pub fn are_in_use(&self) -> bool {
        let is_locked = |folder: &PathBuf| {
            File::open(folder)
                .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
        };
        is_locked(&self.state) || is_locked(&self.root_key)
    }

    /// Erases a state without opening it: carries out the release that was begun, or begins one on the order of `by`. No
    /// process may have the folders.
    ///
    /// # Errors
    /// [`StoreFault`]; if the order is noted already, it can be done again.
    pub fn erase(&self, by: &str) -> Result<Release, StoreFault> {
        let _locks = [lock(&self.state)?, lock(&self.root_key)?];
        let release = match Release::resume(self)? {
            Some(release) => release,
            None => self.begin_release(by)?,
        };
        // What a process that was killed has left: no other one uses it.
        for other in OTHERS {
            let path = self.state.join(other);
            disk::erase(&path).map_err(|error| StoreFault::Release(path, error))?;
        }
        Ok(release)
    }

    fn begin_release(&self, by: &str) -> Result<Release, StoreFault> {
        let is_there = |path: PathBuf| usize::from(path.exists());
        let fault = |error| StoreFault::Io(self.state.clone(), error);
        let entries = fs::read_dir(&self.state).map_err(fault)?;
        let others = entries.filter_map(Result::ok).filter(release::is_other).count();
        let erased = vec![
            Erased::new("root keys", is_there(self.root_key.join(ROOT_KEY)), Method::Overwrite),
            Erased::new("sealed states", is_there(self.state.join(STATE)), Method::CryptoErase),
            Erased::new("other files", others, Method::Remove),
        ];
        let release = Release::begin(self, by, erased).map_err(fault)?;
        release.erase().map_err(|(path, error)| StoreFault::Release(path, error))?;
        Ok(release)
    }
}
