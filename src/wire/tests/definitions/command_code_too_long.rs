use wire::{HostCommand, Mark};

#[derive(HostCommand)]
#[host_command(code = "NCX", reply = "ND", evidence = "device")]
struct Request {
    mark: Mark<b';'>,
}

fn main() {}
