//! Replays the corpus of the fuzz target `message`.

use std::{fs, path::Path};

#[test]
fn the_corpus_of_messages_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/message");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("the folder is readable").path();
        eprintln!("{}", path.display());
        host_commands::fuzzing::message(&fs::read(&path).expect("the file is readable"));
        count += 1;
    }
    assert!(count >= 20, "only {count} messages");
}
