//! Fields that many commands share.

mod keys;
mod mac;
mod message;
mod numbers;
mod pin;

pub use keys::*;
pub use mac::*;
pub use message::*;
pub use numbers::*;
pub use pin::*;
