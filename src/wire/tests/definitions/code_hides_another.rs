use wire::Code;

#[derive(Code)]
enum Mode {
    #[code("0")]
    Generate,
    #[code("01")]
    Derive,
}

fn main() {}
