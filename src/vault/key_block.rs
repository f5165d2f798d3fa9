//! Key blocks: a key bound to what may be done with it.

pub mod header;
pub mod optional;
pub mod values;
