//! Files that are there whole or not at all, also after the power has failed.
//!
//! Every step asks [`step`] first, where tests let it fail, or let the program end.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

#[cfg(test)]
pub(super) use interrupted::step;

/// Makes a folder that is its owner's alone, where there is none.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    folder.parent().map_or(Ok(()), sync)
}

/// Puts a file with these contents in place of the one of that name, if there is one.
pub(super) fn replace(folder: &Path, name: &str, parts: &[&[u8]]) -> io::Result<()> {
    replace_with(folder, name, |file| {
        parts.iter().try_for_each(|part| {
            // A part can be there in part.
            let (first, second) = part.split_at(part.len() / 2);
            file.write_all(first)?;
            step()?;
            file.write_all(second)
        })
    })
}

/// The same with contents that are written to it.
pub(super) fn replace_with(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let new = folder.join(format!("{name}.new"));
    let replaced = write_new(&new, write).and_then(|()| {
        step()?;
        fs::rename(&new, folder.join(name))?;
        step()?;
        sync(folder)
    });
    if replaced.is_err() {
        // Half a file only takes room away. If this fails, too, the next one that is written takes its place.
        let _ = fs::remove_file(&new);
    }
    replaced
}

fn write_new(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    step()?;
    let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
    let mut file = options.open(path)?;
    step()?;
    write(&mut file)?;
    step()?;
    file.sync_all()
}

/// Writes zeros over a file and brings them to the disk; nothing where there is none.
pub(super) fn overwrite(path: &Path) -> io::Result<()> {
    step()?;
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    file.write_all(&vec![0; length])?;
    step()?;
    file.sync_all()
}

/// Removes a file; nothing where there is none.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    step()?;
    or_nothing(fs::remove_file(path))
}

/// Overwrites and removes a file, or a folder with all that is in it; nothing where there is none.
pub(super) fn erase(path: &Path) -> io::Result<()> {
    let kind = path.symlink_metadata().map(|it| it.file_type());
    if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
        for entry in fs::read_dir(path)? {
            erase(&entry?.path())?;
        }
        step()?;
        return or_nothing(fs::remove_dir(path));
    }
    // What a link leads to belongs to somebody else.
    if kind.is_ok_and(|it| it.is_file()) {
        overwrite(path)?;
    }
    remove(path)
}

fn or_nothing(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Brings to the disk which files are in a folder.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    step()?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// A step is about to be taken.
#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "in tests it fails")]
pub(super) const fn step() -> io::Result<()> {
    Ok(())
}

/// What tests do to the steps of this thread.
#[cfg(test)]
pub(super) mod interrupted {
    use std::cell::Cell;
    use std::io;

    /// What happens at a step.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) enum By {
        /// It fails.
        FullDisk,
        /// The program ends. (It unwinds, and nothing of this is caught or put in order.)
        Kill,
    }

    thread_local! {
        static NEXT: Cell<Option<(usize, By)>> = const { Cell::new(None) };
    }

    /// From now on lets this many steps pass and interrupts the next one.
    pub(in super::super) fn after(steps: usize, by: By) {
        NEXT.set(Some((steps, by)));
    }

    /// Lets all steps pass again; true if one was interrupted.
    pub(in super::super) fn never() -> bool {
        NEXT.take().is_none()
    }

    pub(in super::super) fn step() -> io::Result<()> {
        match NEXT.get() {
            None => Ok(()),
            Some((0, By::FullDisk)) => {
                NEXT.set(None);
                Err(io::ErrorKind::StorageFull.into())
            }
            Some((0, By::Kill)) => {
                NEXT.set(None);
                std::panic::resume_unwind(Box::new("killed"));
            }
            Some((steps, by)) => {
                NEXT.set(Some((steps - 1, by)));
                Ok(())
            }
        }
    }
}
