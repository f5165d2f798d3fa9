use wire::{HostCommand, Mark};

#[derive(HostCommand)]
#[host_command(code = "NC", reply = "ND", evidence = "hearsay")]
struct Request {
    mark: Mark<b';'>,
}

fn main() {}
