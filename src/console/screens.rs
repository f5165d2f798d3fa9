//! What several commands show.

use vault::{Key, Lmk, LmkKind, usage::Usage};

/// Digits in groups of four.
pub(crate) fn grouped(digits: &[u8]) -> String {
    let groups = digits.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(" ")
}

/// A key under an LMK or ZMK: its letter, and digits in groups; a key block stays whole.
pub(crate) fn encrypted(key: &str) -> String {
    match key.as_bytes() {
        [b'S' | b'R', ..] => key.to_owned(),
        [letter @ (b'U' | b'T' | b'X' | b'Y'), digits @ ..] => {
            format!("{} {}", char::from(*letter), grouped(digits))
        }
        digits => grouped(digits),
    }
}

/// Six digits of check value.
pub(crate) fn check_value<U: Usage>(key: &Key<U>) -> String {
    hex::encode_upper(&key.check_value()[..3])
}

/// The scheme of an LMK.
pub(crate) const fn scheme(kind: LmkKind) -> &'static str {
    match kind {
        LmkKind::Variant => "Variant",
        LmkKind::KeyBlock | LmkKind::AesKeyBlock => "KeyBlock",
    }
}

/// The algorithm of an LMK.
pub(crate) fn algorithm(lmk: &Lmk) -> &'static str {
    match (lmk.kind(), lmk.material().as_bytes().len()) {
        (LmkKind::AesKeyBlock, _) => "AES-256",
        (LmkKind::Variant, 320) => "3DES(2key)",
        _ => "3DES(3key)",
    }
}

/// Whether an LMK is live.
pub(crate) const fn status(is_live: bool) -> &'static str {
    if is_live { "Live" } else { "Test" }
}
