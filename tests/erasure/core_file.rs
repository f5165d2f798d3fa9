//! Core files: a server leaves none, and one that is made by force holds what is loaded and nothing else.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use rustix::process::{Pid, Resource, Signal, getrlimit, kill_process, setrlimit};

use crate::place::{Place, Server};

/// Lets the programs that are started from here write core files, as far as the system does.
fn allow_cores() {
    let mut limit = getrlimit(Resource::Core);
    limit.current = limit.maximum;
    setrlimit(Resource::Core, limit).expect("up to the maximum");
}

#[test]
fn a_server_that_crashes_leaves_no_core_file_where_others_do() {
    allow_cores();
    let place = Place::new("crash");
    let crash = |mut command: Command| {
        // Where cores are files, they come into the working folder.
        command.current_dir(place.disk.folder());
        command
    };
    let mut other = crash(Command::new("sleep")).arg("60").spawn().expect("it is there");
    kill_process(Pid::from_child(&other), Signal::ABORT).expect("it runs");
    let ended = other.wait().expect("it ends");
    assert!(ended.core_dumped(), "no program leaves a core here, so this shows nothing: {ended}");
    let mut server = Server::new(crash(place.serving(&["--dev"])));
    kill_process(Pid::from_child(&server.child), Signal::ABORT).expect("it runs");
    let ended = server.child.wait().expect("it ends");
    assert!(ended.signal() == Some(6) && !ended.core_dumped(), "{ended}");
}
