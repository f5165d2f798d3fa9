//! Replays the corpus of the fuzz target `key_block`.

use std::{fs, path::Path};

#[test]
fn the_corpus_of_key_blocks_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/key_block");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("the folder is readable").path();
        eprintln!("{}", path.display());
        vault::fuzzing::key_block(&fs::read(&path).expect("the file is readable"));
        count += 1;
    }
    assert!(count >= 20, "only {count} key blocks");
}
