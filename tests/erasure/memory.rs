//! The memory of a process, as it lies there and as a core file has it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::scanner::{Find, Needles, WINDOW};

/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

/// Memory of a process that can be written, which is all that it does not have from files.
pub(crate) struct Memory {
    file: File,
    mappings: Vec<Mapping>,
}

struct Mapping {
    from: u64,
    to: u64,
    name: String,
}

impl Memory {
    pub(crate) fn of(process: u32) -> Self {
        let file = File::open(format!("/proc/{process}/mem")).unwrap_or_else(|error| {
            panic!(
                "the memory of {process} cannot be read: {error}; a hardened server shows it to root alone \
                 (CAP_SYS_PTRACE), so run this test as root"
            )
        });
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("the process runs");
        let mapping = |line: &str| {
            let mut words = line.split_whitespace();
            let (range, access) = (words.next()?, words.next()?);
            let name = words.nth(3).unwrap_or("anonymous").to_owned();
            let (from, to) = range.split_once('-')?;
            let address = |text| u64::from_str_radix(text, 16).expect("an address");
            let is_own = access.starts_with("rw") && name != "[vvar]";
            is_own.then(|| Mapping { from: address(from), to: address(to), name })
        };
        Self { file, mappings: maps.lines().filter_map(mapping).collect() }
    }

    /// Looks everywhere.
    pub(crate) fn search(&self, needles: &Needles) -> Vec<Find> {
        let mut finds = Vec::new();
        let mut piece = vec![0; PIECE + WINDOW - 1];
        for Mapping { from, to, name } in &self.mappings {
            for at in (*from..*to).step_by(PIECE) {
                let length = piece.len().min(usize::try_from(to - at).expect("it fits"));
                // Pages that were never touched cannot be read in some mappings.
                if let Ok(length) = self.file.read_at(&mut piece[..length], at) {
                    needles.search(&piece[..length], name, at, &mut finds);
                }
            }
        }
        finds
    }

    /// Writes a core file, as the system would if the process were not hardened: a program header for each mapping, and what
    /// lies there.
    pub(crate) fn write_core(&self, path: &Path) -> io::Result<()> {
        const HEADER: u64 = 64;
        const PROGRAM_HEADER: u64 = 56;
        let mut core = File::create(path)?;
        let count = u16::try_from(self.mappings.len()).expect("few mappings");
        // Magic number, 64 bits, little-endian, version 1; core file, x86-64.
        let mut head = b"\x7fELF\x02\x01\x01".to_vec();
        head.resize(16, 0);
        for number in [4_u16, 62] {
            head.extend(number.to_le_bytes());
        }
        head.extend(1_u32.to_le_bytes());
        for number in [0, HEADER, 0] {
            head.extend(number.to_le_bytes());
        }
        head.extend(0_u32.to_le_bytes());
        for number in [64, 56, count, 0, 0, 0] {
            head.extend(number.to_le_bytes());
        }
        let mut offset = HEADER + PROGRAM_HEADER * u64::from(count);
        for Mapping { from, to, .. } in &self.mappings {
            // To be loaded, for reading and writing.
            head.extend([1_u32, 6].map(u32::to_le_bytes).concat());
            let length = to - from;
            head.extend([offset, *from, 0, length, length, 1].map(u64::to_le_bytes).concat());
            offset += length;
        }
        core.write_all(&head)?;
        let mut piece = vec![0; PIECE];
        for Mapping { from, to, .. } in &self.mappings {
            for at in (*from..*to).step_by(PIECE) {
                let length = PIECE.min(usize::try_from(to - at).expect("it fits"));
                piece[..length].fill(0);
                let _ = self.file.read_at(&mut piece[..length], at);
                core.write_all(&piece[..length])?;
            }
        }
        Ok(())
    }
}

/// The bytes of a value as it lies in memory, its padding included.
pub(crate) fn image<T>(value: &T) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<T>()];
    let memory = File::open("/proc/self/mem").expect("a process may read its own memory");
    let address = std::ptr::from_ref(value).addr() as u64;
    memory.read_exact_at(&mut bytes, address).expect("the value lies there");
    bytes
}

/// So many bytes on the heap that a value points to with its first word.
pub(crate) fn boxed<T>(value: &T, length: usize) -> Vec<u8> {
    let pointer = image(value).first_chunk().map(|word| u64::from_ne_bytes(*word));
    let mut bytes = vec![0; length];
    let memory = File::open("/proc/self/mem").expect("a process may read its own memory");
    memory.read_exact_at(&mut bytes, pointer.expect("a pointer")).expect("it points there");
    bytes
}
