use wire::{HostCommand, Mark};

#[derive(HostCommand)]
#[host_command(code = "NC", reply = "ND")]
struct Request {
    mark: Mark<b';'>,
}

fn main() {}
