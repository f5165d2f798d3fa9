use wire::{Group, Mark};

#[derive(Group)]
struct Tail {
    mark: Option<Mark<b';'>>,
}

fn main() {}
