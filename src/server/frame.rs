//! Messages in a stream: a two-byte length, big-endian, and as many bytes. Source: device (host
//! interface of the family).

/// Bytes of the length prefix.
pub(super) const PREFIX: usize = 2;

/// What stands at the beginning of the bytes that were read.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Frame<'a> {
    /// A whole message, without its length prefix.
    Whole(&'a [u8]),
    /// Too few bytes to say.
    Partial,
    /// A message longer than the limit, with its announced length.
    TooLong(usize),
}

impl<'a> Frame<'a> {
    /// Looks at the beginning of `bytes`.
    pub(super) fn first(bytes: &'a [u8], limit: usize) -> Self {
        let Some((&prefix, rest)) = bytes.split_first_chunk::<PREFIX>() else {
            return Self::Partial;
        };
        let length = usize::from(u16::from_be_bytes(prefix));
        if length > limit {
            return Self::TooLong(length);
        }
        rest.get(..length).map_or(Self::Partial, Self::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_decides() {
        for (bytes, expected) in [
            (&b""[..], Frame::Partial),
            (b"\0", Frame::Partial),
            (b"\0\0", Frame::Whole(b"")),
            (b"\0\x03NC", Frame::Partial),
            (b"\0\x02NC", Frame::Whole(b"NC")),
            (b"\0\x02NC\0\x02", Frame::Whole(b"NC")),
            (b"\0\x05", Frame::TooLong(5)),
            (b"\xFF\xFFHEAD", Frame::TooLong(65_535)),
        ] {
            assert_eq!(Frame::first(bytes, 4), expected, "{bytes:?}");
        }
    }
}
