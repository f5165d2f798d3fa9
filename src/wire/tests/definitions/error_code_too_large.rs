use wire::{Group, Mark};

#[derive(Group)]
struct Request {
    #[error(100)]
    mark: Mark<b';'>,
}

fn main() {}
