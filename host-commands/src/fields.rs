//! Fields that many commands share.

mod keys;
mod mac;
mod numbers;
mod pin;

pub use keys::*;
pub use mac::*;
pub use numbers::*;
pub use pin::*;
