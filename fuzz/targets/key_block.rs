//! Any text as a key: opened, and sealed again.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| vault::fuzzing::key_block(text));
