//! What remains of secrets: in the memory of the program, in a core file, and on the disk; between commands, in operation,
//! after a release, and wherever a release or a change of the state is interrupted.
//!
//! One set of windows is looked for everywhere (`secrets`, `scanner`), and each search proves that it would find something:
//! what has to be there, or what the test has put there.
//!
//! It must run as root: a hardened server shows its memory to nobody else (`CAP_SYS_PTRACE`), and the disk is a file system
//! of its own, which is mounted (`CAP_SYS_ADMIN`). Where nothing may be mounted, the tests say so and look at files only.

mod commands;
mod core_file;
mod disk;
#[path = "../child/ending.rs"]
mod ending;
mod interruption;
mod memory;
mod operation;
mod place;
mod planted;
mod release;
mod scanner;
mod secrets;
mod steps;
