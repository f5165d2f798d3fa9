//! Looks for secrets in the memory of a process.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

/// Bytes of a window. Shorter ones would be met by chance.
const WINDOW: usize = 8;
/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

/// Everything that would betray some secrets: windows of eight bytes of every form that they take.
#[derive(Default)]
pub(crate) struct Needles {
    windows: HashMap<[u8; WINDOW], String>,
    /// Whether a window may begin with these two bytes; most places in memory fail here.
    begins: Vec<bool>,
}

/// Where something was found, and of what.
#[derive(Debug)]
pub(crate) struct Find {
    /// The secret and its form.
    pub(crate) what: String,
    /// The mapping, as the system names it.
    pub(crate) mapping: String,
    /// The address.
    pub(crate) address: u64,
}

impl Needles {
    /// Adds every window of one form of a secret. Windows with few different bytes, which memory is full of, say nothing.
    pub(crate) fn add(&mut self, what: &str, form: &[u8]) {
        self.begins.resize(1 << 16, false);
        for window in form.windows(WINDOW) {
            let window: [u8; WINDOW] = window.try_into().expect("windows have this length");
            let mut different = window.to_vec();
            different.sort_unstable();
            different.dedup();
            if different.len() >= 5 {
                self.begins[usize::from(u16::from_le_bytes([window[0], window[1]]))] = true;
                self.windows.entry(window).or_insert_with(|| what.to_owned());
            }
        }
    }

    /// How many windows are looked for.
    pub(crate) fn len(&self) -> usize {
        self.windows.len()
    }

    /// Looks for them everywhere in a process.
    pub(crate) fn search(&self, process: u32) -> Vec<Find> {
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("the process runs");
        let memory = File::open(format!("/proc/{process}/mem")).expect("its memory may be read");
        let mut finds = Vec::new();
        for line in maps.lines() {
            let mut words = line.split_whitespace();
            let (range, access) = (words.next().expect("a range"), words.next().expect("access"));
            let mapping = words.nth(3).unwrap_or("anonymous");
            if !access.starts_with("rw") || mapping == "[vvar]" {
                continue;
            }
            let (from, to) = range.split_once('-').expect("two addresses");
            let address = |text| u64::from_str_radix(text, 16).expect("an address");
            let (mut at, end) = (address(from), address(to));
            let mut piece = vec![0; PIECE + WINDOW - 1];
            while at < end {
                let length = piece.len().min(usize::try_from(end - at).expect("it fits"));
                // Pages that were never touched cannot be read in some mappings.
                if let Ok(length) = memory.read_at(&mut piece[..length], at) {
                    self.search_in(&piece[..length], |offset, what| {
                        let (what, mapping) = (what.to_owned(), mapping.to_owned());
                        finds.push(Find { what, mapping, address: at + offset as u64 });
                    });
                }
                at += PIECE as u64;
            }
        }
        finds
    }

    /// Looks for them in bytes.
    pub(crate) fn search_in<'a>(&'a self, bytes: &[u8], mut found: impl FnMut(usize, &'a str)) {
        for (offset, window) in bytes.windows(WINDOW).enumerate() {
            if self.begins[usize::from(u16::from_le_bytes([window[0], window[1]]))]
                && let Some(what) = self.windows.get(window)
            {
                found(offset, what);
            }
        }
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
