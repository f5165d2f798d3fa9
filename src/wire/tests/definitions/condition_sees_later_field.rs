use wire::{ErrorCode, Group, Mark};

#[derive(Group)]
struct Request {
    #[when(code == ErrorCode::NONE)]
    mark: Option<Mark<b';'>>,
    code: ErrorCode,
}

fn main() {}
