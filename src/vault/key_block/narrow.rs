//! Changes to what a key block says of its key: never such that it says more may be done.
//!
//! All of it is inferred: public sources only say that a header can be changed, and name the error codes.

use super::optional::{Moment, Status, kind};
use super::{Header, OptionalBlock, OptionalBlocks, hexadecimal};
use crate::Refusal;

/// What can be changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Changeable {
    /// Key usage: to one that is a part of it, as `P0` to `72`.
    Usage,
    /// Mode of use: to one that is a part of it, as `B` to `E`.
    Mode,
    /// Key version number: to a higher one. Components keep theirs.
    Version,
    /// Exportability: from `S` to `E` to `N`.
    Exportability,
    /// Status: to expired or revoked.
    Status,
    /// Start of validity: to a later one.
    Start,
    /// End of validity: to an earlier one.
    End,
}

/// Key usages that stand for a part of what another does.
///
/// `B0` is not among them: to a Thales device it is a type of its own beside `41` to `43`.
const PARTS: &[([u8; 2], &[[u8; 2]])] = &[
    (*b"C0", &[*b"11", *b"12", *b"13"]),
    (*b"D0", &[*b"21", *b"22", *b"23"]),
    (*b"K0", &[*b"51", *b"52", *b"54", *b"55"]),
    (*b"M7", &[*b"61", *b"62", *b"63", *b"64", *b"65"]),
    (*b"P0", &[*b"71", *b"72"]),
    (*b"V0", &[*b"V1", *b"V2"]),
];

/// Room for an optional block that was not there before: name, length and an hour.
const FURTHER: usize = 17;

impl Changeable {
    /// Everything that can be changed.
    pub const ALL: [Self; 7] = [
        Self::Usage,
        Self::Mode,
        Self::Version,
        Self::Exportability,
        Self::Status,
        Self::Start,
        Self::End,
    ];

    /// Characters of a value.
    pub const fn length(self) -> usize {
        match self {
            Self::Usage | Self::Version => 2,
            Self::Mode | Self::Exportability | Self::Status => 1,
            Self::Start | Self::End => FURTHER - 4,
        }
    }

    /// The optional block that says it, if it is none of the header's fields.
    const fn block(self) -> Option<[u8; 2]> {
        match self {
            Self::Status => Some(*b"00"),
            Self::Start => Some(*b"03"),
            Self::End => Some(*b"04"),
            Self::Usage | Self::Mode | Self::Version | Self::Exportability => None,
        }
    }

    /// Changes a header and its optional blocks, which are copied to the front of `out`; it must have room for
    /// [`Changeable::room`] of them. Where a start or an end is not said yet, the old value is empty.
    ///
    /// # Errors
    /// B8 if the old value is another; B9 if the new one is not legal or would permit more; BA if there is no status; 83 if `out`
    /// is too short.
    pub fn change<'o>(
        self,
        header: &Header,
        optional: OptionalBlocks<'_>,
        [old, new]: [&[u8]; 2],
        out: &'o mut [u8],
    ) -> Result<(Header, &'o [u8]), Refusal> {
        let present = optional.without_padding();
        let length = present.text().len();
        out.get_mut(..length).ok_or(Refusal::Format)?.copy_from_slice(present.text());
        let Some(id) = self.block() else {
            return Ok((self.in_header(header, old, new)?, &out[..length]));
        };
        let found = present.find(id);
        let current = found.map_or(&b""[..], |block| block.data);
        if self == Self::Status && found.is_none() {
            return Err(Refusal::NoStatus);
        }
        if old != current {
            return Err(Refusal::OldValue);
        }
        kind(id).map_or(Ok(()), |kind| kind.contents.check(new)).map_err(|_| Refusal::NewValue)?;
        if !self.narrows(current, new) {
            return Err(Refusal::NewValue);
        }
        let end = write(out, length, found, id, new)?;
        let text = &out[..end];
        let blocks = OptionalBlocks::parse(text)?;
        let hour = |id| blocks.find(id).and_then(|block| Moment::of_hour(block.data));
        match (hour(*b"03"), hour(*b"04")) {
            (Some(start), Some(end)) if start >= end => Err(Refusal::NewValue),
            _ => Ok((*header, text)),
        }
    }

    /// Room that changed optional blocks may take.
    pub const fn room(optional: OptionalBlocks<'_>) -> usize {
        optional.text().len() + FURTHER
    }

    fn in_header(self, header: &Header, old: &[u8], new: &[u8]) -> Result<Header, Refusal> {
        let Header { usage, mode, key_version, exportability, .. } = *header;
        let current = match self {
            Self::Usage => &usage[..],
            Self::Mode => &[mode],
            Self::Version => &key_version,
            _ => &[exportability],
        };
        if old != current {
            return Err(Refusal::OldValue);
        }
        if !self.narrows(old, new) {
            return Err(Refusal::NewValue);
        }
        let changed = match (self, new) {
            (Self::Usage, &[first, second]) => Header { usage: [first, second], ..*header },
            (Self::Mode, &[mode]) => Header { mode, ..*header },
            (Self::Version, &[tens, ones]) => Header { key_version: [tens, ones], ..*header },
            (Self::Exportability, &[exportability]) => {
                header.with_exportability(exportability).map_err(|_| Refusal::NewValue)?
            }
            _ => return Err(Refusal::NewValue),
        };
        let legal = changed.check().and_then(|()| changed.check_combination());
        legal.map(|()| changed).map_err(|_| Refusal::NewValue)
    }

    /// Whether the new value permits no more than the old one, which may be empty for an hour.
    fn narrows(self, old: &[u8], new: &[u8]) -> bool {
        let earlier = |one: &[u8], other: &[u8]| {
            Moment::of_hour(one)
                .zip(Moment::of_hour(other))
                .is_some_and(|(one, other)| one <= other)
        };
        old == new
            || match self {
                Self::Usage => PARTS
                    .iter()
                    .any(|(whole, parts)| old == whole && parts.iter().any(|part| new == part)),
                Self::Mode => match old {
                    b"N" => true,
                    b"B" => matches!(new, b"D" | b"E"),
                    b"C" => matches!(new, b"G" | b"V"),
                    b"T" => matches!(new, b"D" | b"S"),
                    _ => false,
                },
                Self::Version => {
                    [old, new].iter().all(|digits| digits.iter().all(u8::is_ascii_digit))
                        && old < new
                }
                // Which one is stricter is known to the header.
                Self::Exportability => true,
                Self::Status => Status::parse(old)
                    .and_then(|old| Ok(old.narrows_to(Status::parse(new)?)))
                    .unwrap_or(false),
                Self::Start => old.is_empty() || earlier(old, new),
                Self::End => old.is_empty() || earlier(new, old),
            }
    }
}

/// Writes a value into the block that was found, or into a new one behind all others; returns where they end.
fn write(
    out: &mut [u8],
    length: usize,
    found: Option<OptionalBlock<'_>>,
    id: [u8; 2],
    value: &[u8],
) -> Result<usize, Refusal> {
    if found.is_some() {
        let (present, _) = out.split_at_mut(length);
        let mut at = 0;
        while let Ok((block, _)) = OptionalBlock::split(present.get(at..).unwrap_or_default()) {
            let (is_it, end, size) = (block.id == id, at + block.text.len(), block.data.len());
            if is_it {
                // Of the same length as before: the form of each value has one.
                let place = present.get_mut(end - size..end).filter(|_| size == value.len());
                place.ok_or(Refusal::NewValue)?.copy_from_slice(value);
                return Ok(length);
            }
            at = end;
        }
        return Err(Refusal::OptionalHeader);
    }
    let end = length + 4 + value.len();
    let place = out.get_mut(length..end).ok_or(Refusal::Format)?;
    let size = u8::try_from(4 + value.len()).map_err(|_| Refusal::OptionalHeader)?;
    place[..2].copy_from_slice(&id);
    place[2..4].copy_from_slice(&hexadecimal::digits(size));
    place[4..].copy_from_slice(value);
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::Changeable::{End, Exportability, Mode, Start, Usage, Version};
    use super::*;

    type Outcome<'t> = Result<(&'t [u8], &'t [u8]), Refusal>;

    /// A field, optional blocks, old and new value, and the optional blocks afterwards.
    type Case<'t> = (Changeable, &'t [u8], [&'t str; 2], Result<&'t [u8], Refusal>);

    fn change(
        field: Changeable,
        header: &[u8],
        optional: &[u8],
        values: [&str; 2],
    ) -> Result<(Vec<u8>, Vec<u8>), Refusal> {
        let parsed = Header::parse(header).expect("a header");
        let optional = OptionalBlocks::parse(optional).expect("optional blocks");
        let mut out = vec![0; Changeable::room(optional)];
        let values = values.map(str::as_bytes);
        let (header, optional) = field.change(&parsed, optional, values, &mut out)?;
        Ok((header.write(72, 0).expect("a header").to_vec(), optional.to_vec()))
    }

    #[test]
    fn header_fields_only_narrow() {
        let (old, new) = (Err(Refusal::OldValue), Err(Refusal::NewValue));
        for (field, header, values, outcome) in [
            (Usage, b"00072P0TB00E0001", ["P0", "72"], Ok(b"0007272TB00E0001")),
            (Usage, b"00072P0TB00E0001", ["P0", "P0"], Ok(b"00072P0TB00E0001")),
            (Usage, b"0007272TB00E0001", ["72", "P0"], new),
            (Usage, b"0007272TB00E0001", ["72", "71"], new),
            (Usage, b"00072P0TB00E0001", ["P0", "K0"], new),
            (Usage, b"00072P0TB00E0001", ["72", "71"], old),
            (Usage, b"00072B0TX00E0001", ["B0", "41"], new),
            (Usage, b"00072P0TB00E0001", ["P0", "7"], new),
            (Mode, b"00072P0TN00E0001", ["N", "B"], Ok(b"00072P0TB00E0001")),
            (Mode, b"00072P0TB00E0001", ["B", "E"], Ok(b"00072P0TE00E0001")),
            (Mode, b"00072P0TE00E0001", ["E", "B"], new),
            (Mode, b"00072P0TB00E0001", ["B", "N"], new),
            // A PIN key generates nothing.
            (Mode, b"00072P0TN00E0001", ["N", "G"], new),
            (Mode, b"00072M3TC00E0001", ["C", "V"], Ok(b"00072M3TV00E0001")),
            (Mode, b"00072M3TC00E0001", ["N", "V"], old),
            (Version, b"00072P0TB00E0001", ["00", "01"], Ok(b"00072P0TB01E0001")),
            (Version, b"00072P0TB09E0001", ["09", "10"], Ok(b"00072P0TB10E0001")),
            (Version, b"00072P0TB09E0001", ["09", "08"], new),
            (Version, b"00072P0TB00E0001", ["00", "c1"], new),
            (Version, b"00072P0TBc1E0001", ["c1", "c2"], new),
            (Version, b"00072P0TBc1E0001", ["c1", "00"], new),
            (Exportability, b"00072P0TB00S0001", ["S", "E"], Ok(b"00072P0TB00E0001")),
            (Exportability, b"00072P0TB00S0001", ["S", "N"], Ok(b"00072P0TB00N0001")),
            (Exportability, b"00072P0TB00N0001", ["N", "E"], new),
            (Exportability, b"00072P0TB00E0001", ["E", "S"], new),
            (Exportability, b"00072P0TB00E0001", ["E", "X"], new),
            (Exportability, b"00072P0TB00E0001", ["N", "N"], old),
        ] {
            let changed = change(field, header, b"LB05x", values);
            let changed = changed.as_ref().map(|(header, optional)| (&header[..], &optional[..]));
            let expected: Outcome<'_> = outcome.map(|header| (&header[..], &b"LB05x"[..]));
            let shown = format!("{field:?} {} {values:?}", header.escape_ascii());
            assert_eq!(changed.map_err(|refusal| *refusal), expected, "{shown}");
        }
    }

    #[test]
    fn optional_blocks_only_narrow() {
        let (old, new) = (Err(Refusal::OldValue), Err(Refusal::NewValue));
        let status = Changeable::Status;
        let cases: [Case<'_>; 20] = [
            (status, b"LB05x0005L", ["L", "E"], Ok(b"LB05x0005E")),
            (status, b"0005LLB05x", ["L", "R"], Ok(b"0005RLB05x")),
            (status, b"0005E", ["E", "L"], new),
            (status, b"0005L", ["L", "T"], new),
            (status, b"0005L", ["L", "X"], new),
            (status, b"0005L", ["T", "E"], old),
            (status, b"LB05x", ["L", "E"], Err(Refusal::NoStatus)),
            (status, b"", ["", "E"], Err(Refusal::NoStatus)),
            (Start, b"LB05x", ["", "2026:01:01:00"], Ok(b"LB05x03112026:01:01:00")),
            (Start, b"LB05x", ["2026:01:01:00", "2026:01:01:00"], old),
            (
                Start,
                b"03112026:01:01:00",
                ["2026:01:01:00", "2026:02:01:00"],
                Ok(b"03112026:02:01:00"),
            ),
            (Start, b"03112026:02:01:00", ["2026:02:01:00", "2026:01:01:00"], new),
            (Start, b"03112026:02:01:00", ["", "2026:03:01:00"], old),
            (Start, b"", ["", "2026:13:01:00"], new),
            (End, b"", ["", "2026:12:31:00"], Ok(b"04112026:12:31:00")),
            (
                End,
                b"04112026:12:31:00",
                ["2026:12:31:00", "2026:12:30:00"],
                Ok(b"04112026:12:30:00"),
            ),
            (End, b"04112026:12:30:00", ["2026:12:30:00", "2026:12:31:00"], new),
            (End, b"0405x", ["x", "2026:12:31:00"], new),
            // A key that is never valid.
            (End, b"03112026:02:01:00", ["", "2026:02:01:00"], new),
            (Start, b"04112026:02:01:00", ["", "2026:02:02:00"], new),
        ];
        let header = b"00072P0TB00E0001";
        for (field, optional, values, outcome) in cases {
            let padded = [optional, b"PB08????"].concat();
            for optional in [optional, &padded] {
                let changed = change(field, header, optional, values);
                let changed = changed.as_ref().map(|(_, optional)| &optional[..]);
                let shown = format!("{field:?} {} {values:?}", optional.escape_ascii());
                assert_eq!(changed.map_err(|refusal| *refusal), outcome, "{shown}");
            }
        }
    }
}
