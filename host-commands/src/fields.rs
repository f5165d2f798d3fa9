//! Fields that many commands share.

mod account;
mod card;
mod data;
mod device;
mod dukpt;
mod hash;
mod keys;
mod mac;
mod message;
mod migration;
mod numbers;
mod pin;
mod print;
mod storage;
mod verification;

pub use account::*;
pub use card::*;
pub use data::*;
pub use device::*;
pub use dukpt::*;
pub use hash::*;
pub use keys::*;
pub use mac::*;
pub use message::*;
pub use migration::*;
pub use numbers::*;
pub use pin::*;
pub use print::*;
pub use storage::*;
pub use verification::*;
