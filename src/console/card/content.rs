//! What is on a smart card.

use vault::LmkKind;
use vault::lmk::Material;
use zeroize::Zeroizing;

/// What a card proves by; the appliance keeps its digest.
pub type Password = Zeroizing<[u8; 16]>;

/// Which lock a key card turns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

/// What is on a card. It is wiped when dropped.
pub enum Content {
    /// Formatted, nothing on it.
    Blank,
    /// Turns a lock.
    Key(Side, Password),
    /// Component of an LMK, whose holder is an officer of it.
    Component {
        /// Number within its set, 1 to 9.
        number: u8,
        /// Whether the LMK is live; else for tests.
        live: bool,
        /// Authorises: that of the first and second component only.
        password: Password,
        /// The component.
        material: Material,
    },
    /// Authorising officer of an LMK, first or second.
    Officer(u8, Password),
    /// Component of a key, in hexadecimal.
    KeyComponent(Zeroizing<String>),
    /// Settings of the appliance.
    Settings(String),
}

/// Without what is secret.
impl core::fmt::Debug for Content {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.word())
    }
}

impl Content {
    /// The kind of card, as an officer is told.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Blank => "Blank card",
            Self::Key(Side::Left, _) => "Left key card",
            Self::Key(Side::Right, _) => "Right key card",
            Self::Component { .. } => "LMK component card",
            Self::Officer(..) => "Authorising officer card",
            Self::KeyComponent(_) => "Key component card",
            Self::Settings(_) => "Settings card",
        }
    }

    /// As it is sealed: a letter, then what belongs to it.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let parts: [&[u8]; 4] = match self {
            Self::Blank => [b"B", b"", b"", b""],
            Self::Key(Side::Left, password) => [b"K", b"L", &password[..], b""],
            Self::Key(Side::Right, password) => [b"K", b"R", &password[..], b""],
            Self::Officer(number, password) => [b"O", &[*number], &password[..], b""],
            Self::KeyComponent(digits) => [b"P", digits.as_bytes(), b"", b""],
            Self::Settings(text) => [b"S", text.as_bytes(), b"", b""],
            Self::Component { number, live, password, material } => {
                let kind = match material.kind() {
                    LmkKind::Variant => b'V',
                    LmkKind::KeyBlock => b'K',
                    LmkKind::AesKeyBlock => b'A',
                };
                let head = [b'C', kind, *number, u8::from(*live)];
                return joined(&[&head, &password[..], material.as_bytes()]);
            }
        };
        joined(&parts)
    }

    /// Reads what was sealed.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let password = |bytes: &[u8]| Some(Zeroizing::new(<[u8; 16]>::try_from(bytes).ok()?));
        Some(match bytes {
            b"B" => Self::Blank,
            [b'K', b'L', rest @ ..] => Self::Key(Side::Left, password(rest)?),
            [b'K', b'R', rest @ ..] => Self::Key(Side::Right, password(rest)?),
            [b'O', number, rest @ ..] => Self::Officer(*number, password(rest)?),
            [b'P', rest @ ..] => {
                Self::KeyComponent(Zeroizing::new(core::str::from_utf8(rest).ok()?.to_owned()))
            }
            [b'S', rest @ ..] => Self::Settings(String::from_utf8(rest.to_vec()).ok()?),
            [b'C', kind, number, live, rest @ ..] => {
                let (secret, component) = rest.split_first_chunk::<16>()?;
                let kind = match kind {
                    b'V' => LmkKind::Variant,
                    b'K' => LmkKind::KeyBlock,
                    b'A' => LmkKind::AesKeyBlock,
                    _ => return None,
                };
                Self::Component {
                    number: *number,
                    live: *live == 1,
                    password: password(secret)?,
                    material: Material::new(kind, component).ok()?,
                }
            }
            _ => return None,
        })
    }
}

fn joined(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut all = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        all.extend_from_slice(part);
    }
    all
}
