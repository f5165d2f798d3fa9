//! Local Master Keys, key types, key schemes, key blocks, and keys that only do what they are for.
//!
//! A key comes in as a [`Token`], is opened by an [`Lmk`] into a [`Key`] whose type parameter says what may be done with it,
//! and leaves as a token again. Its bytes do not leave this crate, except on paper: see [`PrintedKey`].

mod clock;
mod expected;
pub mod fuzzing;
pub mod hmac;
mod key;
pub mod key_block;
pub mod key_pair;
pub mod key_type;
pub mod lmk;
mod printed;
mod refusal;
pub mod role;
mod scheme;
pub mod sealed;
mod token;
pub mod tr34;
pub mod transport;
pub mod usage;

pub use clock::Clock;
pub use expected::{Expected, Policy, Protection, Use};
pub use key::{Key, KeySize};
pub use key_block::optional::Moment;
pub use key_type::{Evidence, KeyType, KeyTypes, Permission};
pub use lmk::{Lmk, LmkId, LmkKind};
pub use printed::PrintedKey;
pub use refusal::Refusal;
pub use role::{Lengths, Role, Untagged};
pub use scheme::Scheme;
pub use token::{Token, TokenFault};
