//! The end of the log, as it is kept apart from the log: records that are cut off there leave no trace in the chain.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::chain::Link;

/// The log up to its last record that is on the disk for sure.
///
/// It stands in the sealed state, of which no older one can be put back. It is brought up to date with each change of the
/// state, and otherwise every few seconds: what is cut off sooner is not missed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct End {
    /// The oldest record.
    pub(super) first: u64,
    /// The record behind the last one.
    pub(super) next: u64,
    /// Audit counter of that.
    pub(super) counter: u32,
    /// Link of the last one.
    #[serde(with = "hex::serde")]
    pub(super) link: Link,
}

/// Records that were there, and are not any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cut {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self { first, last } if first == last => {
                write!(f, "audit record {first} is missing at the end")
            }
            Self { first, last } => {
                write!(f, "audit records {first} to {last} are missing at the end")
            }
        }
    }
}
