//! What a definition says about itself: the rows that manuals, traces and generators read.

use crate::ErrorCode;

/// How a field looks on the wire.
#[derive(Clone, Copy, Debug)]
pub enum Grammar {
    /// From so many to so many decimal digits.
    Digits(usize, usize),
    /// From so many to so many hexadecimal digits.
    Hex(usize, usize),
    /// From so many to so many printable characters.
    Text(usize, usize),
    /// So many bytes.
    Bytes(usize),
    /// Characters of this kind; earlier fields give the number.
    Run(Alphabet),
    /// A count in so many digits of this radix, then as many bytes.
    Counted(usize, u32),
    /// A count in so many decimal digits, then a message as long, with a header or without.
    Message(usize),
    /// Exactly this.
    Literal(u8),
    /// A key of this role; the code refuses bad parity. The samples are tokens.
    Key(&'static str, ErrorCode, &'static [&'static str]),
    /// One of these codes, some of which have fields of their own.
    Choice(&'static [Variant]),
    /// Nested fields.
    Group(&'static [FieldSpec]),
    /// The same again and again, up to a closing byte if there is one.
    List(&'static Self, Option<u8>),
    /// A shape that a parser of its own describes; the samples are valid.
    Own(&'static str, &'static [&'static str]),
    /// The same, of something that traces do not show: a clear PIN or key component.
    Secret(&'static str, &'static [&'static str]),
}

/// Alphabet of a run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Alphabet {
    /// Decimal digits.
    Digits,
    /// Hexadecimal digits.
    Hex,
    /// Any byte.
    Bytes,
}

/// One code of a choice.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// As sent.
    pub code: &'static str,
    /// Doc comment of the enum variant.
    pub doc: &'static str,
    /// What follows the code.
    pub then: Option<Grammar>,
}

/// One row of a message definition.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// Identifier of the struct field.
    pub name: &'static str,
    /// Doc comment of the struct field.
    pub doc: &'static str,
    /// Shape on the wire.
    pub grammar: Grammar,
    /// Condition on earlier fields.
    pub when: Option<&'static str>,
    /// Delimiter that introduces the field.
    pub after: Option<&'static str>,
    /// Whether the field may simply be missing.
    pub maybe: bool,
    /// Delimiter that closes the field.
    pub ends: Option<u8>,
    /// Error code of a malformed field, where it is not 15.
    pub error: Option<ErrorCode>,
}

impl FieldSpec {
    /// A mandatory field.
    pub const fn plain(name: &'static str, grammar: Grammar) -> Self {
        Self {
            name,
            doc: "",
            grammar,
            when: None,
            after: None,
            maybe: false,
            ends: None,
            error: None,
        }
    }
}

/// How well a definition is grounded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Evidence {
    /// Recorded device traffic.
    Device,
    /// A published manual page.
    Manual,
    /// An open simulator.
    Simulator,
    /// Own reading.
    Inferred,
}

/// What a command costs: whether other messages should wait for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Burden {
    /// Less than handing it to another thread.
    Light,
    /// Much work for the processor.
    Processor,
    /// A change of what the appliance keeps, maybe on a disk.
    Disk,
}

/// Everything that is known about a command without running it.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// Request code.
    pub code: [u8; 2],
    /// Reply code.
    pub reply_code: [u8; 2],
    /// Code of the second reply, which follows when the printer is done. Such a command may answer 16
    /// and 18 without saying so.
    pub print_code: Option<[u8; 2]>,
    /// Heading and text of the manual page.
    pub doc: &'static str,
    /// How well it is grounded.
    pub evidence: Evidence,
    /// Package that must be licensed, else error 67.
    pub licence: &'static str,
    /// What it costs.
    pub burden: Burden,
    /// Whether the LMK identifier is a field of the request rather than of the envelope.
    pub own_lmk: bool,
    /// Whether a failure counts as a failed PIN verification.
    pub verifies_pin: bool,
    /// Settings that must be on, as shown in the manual, and the error otherwise.
    pub settings: &'static [(&'static str, ErrorCode)],
    /// Authorised activities, as shown in the manual.
    pub activities: &'static [&'static str],
    /// Request fields.
    pub request: &'static [FieldSpec],
    /// Reply fields after the error code.
    pub reply: &'static [FieldSpec],
    /// Error codes after which the reply fields follow all the same.
    pub carried: &'static [ErrorCode],
    /// Error codes with a meaning of their own in this command.
    pub errors: &'static [(ErrorCode, &'static str)],
}

impl Grammar {
    /// Whether a key may stand in it.
    pub const fn has_keys(&self) -> bool {
        match self {
            Self::Key(..) => true,
            Self::List(item, _) => item.has_keys(),
            Self::Group(fields) => {
                let mut at = 0;
                while at < fields.len() {
                    if fields[at].grammar.has_keys() {
                        return true;
                    }
                    at += 1;
                }
                false
            }
            Self::Choice(variants) => {
                let mut at = 0;
                while at < variants.len() {
                    if let Some(then) = &variants[at].then
                        && then.has_keys()
                    {
                        return true;
                    }
                    at += 1;
                }
                false
            }
            _ => false,
        }
    }
}

/// Fields of a grammar that is a group.
pub const fn fields(grammar: Grammar) -> &'static [FieldSpec] {
    match grammar {
        Grammar::Group(fields) => fields,
        _ => &[],
    }
}

impl Evidence {
    /// The word that listings show.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Manual => "manual",
            Self::Simulator => "simulator",
            Self::Inferred => "inferred",
        }
    }
}

impl Alphabet {
    /// How manuals write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Digits => "N",
            Self::Hex => "H",
            Self::Bytes => "B",
        }
    }
}
