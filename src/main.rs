//! Strongroom.
fn main() {}
