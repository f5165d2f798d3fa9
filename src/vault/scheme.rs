//! Key schemes: how many DES keys follow and which variant of the protecting key covers each of them.

/// How a key that is not in a key block is encrypted, and the letter in front of it.
///
/// Source: manual; the masks of `U` are confirmed by many keys of devices and simulators, those of `T` by one key in a trace of
/// a device, `X` by a simulator, `Y` by a model alone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Scheme {
    /// Single length, 16H without a letter; `Z` or `0` where a scheme is asked for.
    Z,
    /// Double length, 32H without a letter, each half by itself: as before there were schemes.
    Untagged,
    /// Double length, `U`+32H, under variants of the protecting key.
    U,
    /// Triple length, `T`+48H, under variants of the protecting key.
    T,
    /// Double length, `X`+32H, as ANSI X9.17 has it.
    X,
    /// Triple length, `Y`+48H, as ANSI X9.17 has it.
    Y,
}

impl Scheme {
    /// All schemes.
    pub const ALL: [Self; 6] = [Self::Z, Self::Untagged, Self::U, Self::T, Self::X, Self::Y];

    /// The scheme that a letter asks for; `0` and `Z` are the same.
    pub const fn from_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'0' | b'Z' => Self::Z,
            b'U' => Self::U,
            b'T' => Self::T,
            b'X' => Self::X,
            b'Y' => Self::Y,
            _ => return None,
        })
    }

    /// The letter in front of a key, if it has one.
    pub const fn tag(self) -> Option<u8> {
        match self {
            Self::Z | Self::Untagged => None,
            Self::U => Some(b'U'),
            Self::T => Some(b'T'),
            Self::X => Some(b'X'),
            Self::Y => Some(b'Y'),
        }
    }

    /// Bytes of the key.
    pub const fn key_length(self) -> usize {
        8 * self.masks().len()
    }

    /// Characters of the key with its letter.
    pub const fn text_length(self) -> usize {
        2 * self.key_length() + matches!(self, Self::U | Self::T | Self::X | Self::Y) as usize
    }

    /// For each eight bytes of the key, what is combined by exclusive or into the first byte of the second DES key that
    /// protects them.
    pub const fn masks(self) -> &'static [u8] {
        match self {
            Self::Z => &[0],
            Self::Untagged | Self::X => &[0, 0],
            Self::U => &[0xA6, 0x5A],
            Self::T => &[0x6A, 0xDE, 0x2B],
            Self::Y => &[0, 0, 0],
        }
    }
}
