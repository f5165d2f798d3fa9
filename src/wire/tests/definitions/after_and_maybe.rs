use wire::{Group, Mark};

#[derive(Group)]
struct Tail {
    #[after("%")]
    #[maybe]
    mark: Option<Mark<b';'>>,
}

fn main() {}
