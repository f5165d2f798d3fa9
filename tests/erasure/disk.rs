//! A disk of its own: a file system in a file, of which every block can be looked at, also those that no file has any more.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes of the file system: room for a state, its logs and a journal.
const LENGTH: u64 = 8 << 20;

/// A file system that is removed with this.
pub(crate) struct Disk {
    /// Holds the two below.
    whole: PathBuf,
    /// Where the file system is mounted; else a folder like others.
    folder: PathBuf,
    image: PathBuf,
    is_mounted: bool,
}

impl Disk {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let mut disk = Self::nowhere();
        let file = File::create(&disk.image).expect("room");
        file.set_len(LENGTH).expect("room");
        disk.mount(run(Command::new("mkfs.ext4").arg("-qF").arg(&disk.image)));
        disk
    }

    fn nowhere() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        // In memory the image is fast, and ends with the machine.
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory } else { Path::new(env!("CARGO_TARGET_TMPDIR")) };
        let name =
            format!("strongroom-disk-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let whole = base.join(name);
        let (folder, image) = (whole.join("disk"), whole.join("image"));
        fs::create_dir_all(&folder).expect("room");
        Self { whole, folder, image, is_mounted: false }
    }

    fn mount(&mut self, made: Result<(), String>) {
        let mount = || {
            let mut command = Command::new("mount");
            run(command.args(["-o", "loop"]).arg(&self.image).arg(&self.folder))
        };
        match made.and_then(|()| mount()) {
            Ok(()) => self.is_mounted = true,
            Err(fault) => {
                let text = format!(
                    "no file system of its own is mounted ({fault}): NOT looked at is what remains in blocks that no file \
                     has any more, and what is there after the power has failed; it needs root, mkfs.ext4 and loop devices\n"
                );
                // Also where the output of tests is captured.
                let _ = std::io::stderr().write_all(text.as_bytes());
            }
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether every block is looked at.
    pub(crate) const fn is_whole(&self) -> bool {
        self.is_mounted
    }

    /// All its blocks, once everything that was written is there; without a file system its files.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        if self.is_mounted {
            run(Command::new("sync").arg("-f").arg(&self.folder)).expect("it is mounted");
            return fs::read(&self.image).expect("it is there");
        }
        let mut bytes = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("it is there") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    bytes.extend(fs::read(path).expect("it is there"));
                }
            }
        }
        bytes
    }

    /// Another disk with what is on this one at this moment. If the power failed now, not more than this would be there:
    /// what the system was still to write is missing. Without a file system it is a copy of the files.
    pub(crate) fn copy(&self) -> Self {
        let mut disk = Self::nowhere();
        if self.is_mounted {
            fs::copy(&self.image, &disk.image).expect("room");
            disk.mount(Ok(()));
        } else {
            let mut from = self.folder.clone().into_os_string();
            from.push("/.");
            run(Command::new("cp").arg("-a").arg(from).arg(&disk.folder)).expect("room");
        }
        disk
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            // Lazily: a server that does not end is no reason to leave it mounted for ever.
            let _ = run(Command::new("umount").arg("-l").arg(&self.folder));
        }
        let _ = fs::remove_dir_all(&self.whole);
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}
