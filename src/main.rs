//! Strongroom.
#[expect(dead_code, reason = "until the command line calls it")]
mod bench;

fn main() {}
