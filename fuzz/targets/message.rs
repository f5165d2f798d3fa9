//! Any message: read as all that it may be, and answered.

#![no_main]

libfuzzer_sys::fuzz_target!(|message: &[u8]| host_commands::fuzzing::message(message));
