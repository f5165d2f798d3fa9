//! Looks for secrets in bytes, wherever they come from.

use std::collections::{BTreeMap, HashMap};

/// Bytes of a window. Shorter ones would be met by chance.
pub(crate) const WINDOW: usize = 8;

/// Bytes that are looked at together.
const PAGE: usize = 4096;

/// Everything that would betray some secrets: windows of eight bytes of every form that they take.
#[derive(Default)]
pub(crate) struct Needles {
    windows: HashMap<[u8; WINDOW], String>,
    /// Whether a window may begin with these three bytes; nearly all places fail here.
    begins: Vec<bool>,
}

/// Where something was found, and of what.
#[derive(Debug)]
pub(crate) struct Find {
    /// The secret and its form.
    pub(crate) what: String,
    /// The mapping, as the system names it, or the file.
    pub(crate) place: String,
    /// The address, or the offset.
    pub(crate) address: u64,
}

impl Needles {
    /// Adds every window of one form of a secret. Windows with few different bytes, which memory is full of, say nothing.
    pub(crate) fn add(&mut self, what: &str, form: &[u8]) {
        if self.begins.is_empty() {
            self.begins = vec![false; 1 << 24];
        }
        for window in form.windows(WINDOW) {
            let window: [u8; WINDOW] = window.try_into().expect("windows have this length");
            let mut different = window.to_vec();
            different.sort_unstable();
            different.dedup();
            if different.len() >= 5 {
                self.begins[begin(&window)] = true;
                self.windows.entry(window).or_insert_with(|| what.to_owned());
            }
        }
    }

    /// How many windows are looked for.
    pub(crate) fn len(&self) -> usize {
        self.windows.len()
    }

    /// Looks for them in bytes that lie there from this address on.
    pub(crate) fn search(&self, bytes: &[u8], place: &str, address: u64, finds: &mut Vec<Find>) {
        for from in (0..bytes.len()).step_by(PAGE) {
            // With the beginning of what follows, for windows that lie across.
            let page = &bytes[from..bytes.len().min(from + PAGE + WINDOW - 1)];
            // Most of memory and of a disk was never written. This is quick also in a test that is not optimised.
            if page == &[0; PAGE + WINDOW - 1][..page.len()] {
                continue;
            }
            for (offset, window) in page.windows(WINDOW).enumerate() {
                if self.begins[begin(window)]
                    && let Some(what) = self.windows.get(window)
                {
                    let (what, place) = (what.clone(), place.to_owned());
                    finds.push(Find { what, place, address: address + (from + offset) as u64 });
                }
            }
        }
    }

    /// Looks for them in a file, an image or whatever else is there whole.
    pub(crate) fn search_whole(&self, bytes: &[u8], place: &str) -> Vec<Find> {
        let mut finds = Vec::new();
        self.search(bytes, place, 0, &mut finds);
        finds
    }
}

/// The first three bytes of a window, as a number.
fn begin(window: &[u8]) -> usize {
    usize::from(window[0]) << 16 | usize::from(window[1]) << 8 | usize::from(window[2])
}

/// How many windows of each secret were found; a secret is named by what stands before the colon of its forms.
pub(crate) fn counted(finds: &[Find]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for find in finds {
        *counts.entry(find.what.split(':').next().unwrap_or_default()).or_default() += 1;
    }
    counts
}

/// The first of them, to be read.
pub(crate) fn told<'f>(finds: impl IntoIterator<Item = &'f Find>) -> String {
    let first = finds.into_iter().take(20);
    let lines =
        first.map(|find| format!("  {} at {:x} in {}\n", find.what, find.address, find.place));
    lines.collect::<Vec<_>>().concat()
}
