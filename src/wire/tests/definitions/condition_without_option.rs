use wire::{Group, Mark};

#[derive(Group)]
struct Tail {
    #[maybe]
    mark: Mark<b';'>,
}

fn main() {}
