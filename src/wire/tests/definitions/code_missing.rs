use wire::Code;

#[derive(Code)]
enum Mode {
    Generate,
}

fn main() {}
