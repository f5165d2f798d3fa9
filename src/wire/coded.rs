//! Enums of codes.

use crate::Fault;

/// An enum of codes. Derive it with `Code`.
pub trait Coded {
    /// All codes.
    const CODES: &'static [&'static str];

    /// The code as sent.
    fn code(&self) -> &'static str;
}

/// Whether `value` has one of these codes.
#[inline]
pub fn is_one_of<T: Coded>(value: &T, codes: &[&str]) -> bool {
    debug_assert!(codes.iter().all(|code| T::CODES.contains(code)), "no such code: {codes:?}");
    codes.contains(&value.code())
}

/// Whether all of `wanted` are in `codes`; conditions are checked with it at compile time.
pub const fn has_codes(codes: &[&str], wanted: &[&str]) -> bool {
    let mut at = 0;
    while at < wanted.len() {
        let (mut other, mut found) = (0, false);
        while other < codes.len() {
            found = found || same(codes[other].as_bytes(), wanted[at].as_bytes());
            other += 1;
        }
        if !found {
            return false;
        }
        at += 1;
    }
    true
}

/// The fault of something that is none of `codes`: the beginning of a code is a message that ends
/// early, not a wrong code.
pub fn not_a_code(codes: &[&str], rest: &[u8]) -> Fault {
    let cut = codes.iter().any(|code| code.as_bytes().starts_with(rest));
    if cut { Fault::Short } else { Fault::Invalid }
}

const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}
