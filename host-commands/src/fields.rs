//! Fields that many commands share.

mod data;
mod keys;
mod mac;
mod numbers;
mod pin;

pub use data::*;
pub use keys::*;
pub use mac::*;
pub use numbers::*;
pub use pin::*;
