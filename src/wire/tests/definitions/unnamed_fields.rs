use wire::{Group, Mark};

#[derive(Group)]
struct Request(Mark<b';'>);

fn main() {}
