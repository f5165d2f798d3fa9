use wire::{Code, Group, Mark};

#[derive(Clone, Code, Copy)]
enum Mode {
    #[code("0")]
    Generate,
}

#[derive(Group)]
struct Request {
    mode: Mode,
    #[when(mode in ["7"])]
    mark: Option<Mark<b';'>>,
}

fn main() {}
