use wire::{Mark, Reply};

#[derive(Reply)]
struct Answer {
    mark: Mark<b';'>,
}

fn main() {}
