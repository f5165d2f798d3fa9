//! The host's side: requests out, replies in.

use bytes::BytesMut;
use wire::{Answer, Cursor, ErrorCode, Scope, Wire};

use crate::Command;

/// Why there is no reply with fields.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// The appliance answered with an error code.
    Error(ErrorCode),
    /// The reply does not follow the grammar.
    Garbled,
    /// The request does not follow its own grammar: a field stands where none may, or is missing.
    Incoherent,
}

/// Appends a request, command code first.
///
/// What was written is read back, so that a request with fields that do not go together never
/// leaves.
pub fn send<'a, C: Command<'a>>(
    request: &C,
    scope: Scope<'_>,
    out: &mut BytesMut,
) -> Result<(), Refused> {
    out.extend_from_slice(&C::ENTRY.spec.code);
    let start = out.len();
    request.write(out);
    match (C::ENTRY.again)(&out[start..], scope) {
        Ok(again) if again == out[start..] => Ok(()),
        _ => {
            out.truncate(start - 2);
            Err(Refused::Incoherent)
        }
    }
}

/// Reads the reply to a request, after the header.
pub fn receive<'a, C: Command<'a>>(
    request: &C,
    reply: &'a [u8],
    scope: Scope<'a>,
) -> Result<C::Reply, Refused> {
    let reply = reply.strip_prefix(&C::ENTRY.spec.reply_code).ok_or(Refused::Garbled)?;
    let (code, fields) = reply.split_first_chunk().ok_or(Refused::Garbled)?;
    let code = ErrorCode(*code);
    if !C::Reply::CARRIED.contains(&code) {
        return Err(Refused::Error(code));
    }
    let nobody = &mut ();
    let mut cursor = Cursor::new(fields, scope, nobody);
    C::Reply::read(&mut cursor, (*request, code)).map_err(|_| Refused::Garbled)
}
