//! The chain of the audit log: no entry can be changed, taken out or put in without the key.
//!
//! The link of an entry is AES-256-CMAC, under the key of the log, over the link before it and the entry. It is the chain of
//! the log and the MAC of the entry at the same time: a construction of our own, for that of the device is not published.
//! It is two blocks of AES an entry, for every host command may have one.

use crypto::Aes;
use crypto::mac::Cmac;

use super::entry;

/// Length of a link.
pub(super) const LENGTH: usize = 16;

/// A link.
pub(super) type Link = [u8; LENGTH];

/// The end of a chain, to which more is linked.
pub(super) struct Chain {
    /// Wiped when it is dropped.
    key: Cmac<Aes>,
    link: Link,
}

impl core::fmt::Debug for Chain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Chain")
    }
}

impl Chain {
    /// Goes on from a link; from zeros before the first entry.
    pub(super) fn new(key: &[u8; 32], link: Link) -> Self {
        Self { key: Cmac::new(Aes::with_256_bits(key)), link }
    }

    /// The last link.
    pub(super) const fn link(&self) -> &Link {
        &self.link
    }

    /// Goes on from another link.
    pub(super) const fn resume(&mut self, link: Link) {
        self.link = link;
    }

    /// Links an entry; gives its link.
    pub(super) fn add(&mut self, entry: &[u8; entry::LENGTH]) -> Link {
        let mac = self.key.mac(&[&self.link, entry]);
        self.link.copy_from_slice(&mac[..LENGTH]);
        self.link
    }

    /// Whether the entry has this link; the chain goes on from it if so.
    pub(super) fn follows(&mut self, entry: &[u8; entry::LENGTH], link: &Link) -> bool {
        let before = self.link;
        let follows = crypto::equal(&self.add(entry), link);
        if !follows {
            self.link = before;
        }
        follows
    }
}
