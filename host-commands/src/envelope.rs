//! Header, command code, LMK identifier and trailer: what is around the fields of a command.

use appliance::TransactionKeyScheme;
use bytes::{BufMut, BytesMut};
use wire::{Answer, Cursor, ErrorCode, Fault, FieldSpec, Grammar, Observer, Scope, Wire};

use crate::{
    COMMANDS, Command, Execute, Session, UnknownCommand, error, fields::LmkId, named, position,
    second::Job,
};

/// Longest trailer, with its X'19'.
const TRAILER: usize = 33;

/// Between the fields and the trailer.
pub(crate) const LMK: &FieldSpec = &FieldSpec {
    doc: "LMK to use",
    after: Some("%"),
    ..FieldSpec::plain("lmk", Grammar::Digits(2, 2))
};

/// Answers one message, of which the first `header` bytes are the host's.
///
/// A message too short for header and command code is answered with as much of the header as there
/// is, and `ZZ15` (inferred). Returns what is left to the printer, and the code of the reply that
/// follows then.
pub(crate) fn answer<'a>(
    message: &'a [u8],
    header: usize,
    unknown: UnknownCommand,
    session: &'a Session<'a>,
    out: &mut BytesMut,
) -> Option<(Job, [u8; 2])> {
    let Some((head, [first, second, fields @ ..])) = message.split_at_checked(header) else {
        out.put_slice(&message[..header.min(message.len())]);
        out.put_slice(b"ZZ15");
        return None;
    };
    let start = out.len();
    out.put_slice(head);
    session.trailer.set(trailer(fields));
    let code = [*first, *second];
    session.code.set(code);
    let position = position(code);
    if let Some(position) = position {
        session.appliance().statistics().count(position);
    }
    let entry = position.and_then(|position| COMMANDS.get(position));
    let outcome = match entry {
        Some(entry) => {
            out.put_slice(&entry.spec.reply_code);
            session.available(&entry.spec).and_then(|()| (entry.run)(fields, session, out))
        }
        None if named::is_transaction_key_command([*first, *second])
            && session.settings().transaction_key_scheme == TransactionKeyScheme::None =>
        {
            out.put_slice(&reply_code([*first, *second]));
            Err(error::NO_TRANSACTION_KEYS.0)
        }
        None => match unknown {
            UnknownCommand::Disabled => {
                out.put_slice(&reply_code([*first, *second]));
                Err(error::DISABLED.0)
            }
            UnknownCommand::Zz => {
                out.put_slice(b"ZZ");
                Err(ErrorCode::NONE)
            }
            UnknownCommand::Drop => {
                out.truncate(start);
                return None;
            }
        },
    };
    if let Err(code) = outcome {
        out.truncate(start + header + 2);
        out.put_slice(&code.0);
    }
    if let (Some(position), Some(response)) = (position, out[start + header + 2..].first_chunk()) {
        session.audit(position, code, *response);
    }
    out.put_slice(session.trailer.get());
    outcome.ok()?;
    session.job.take().zip(entry?.spec.print_code)
}

/// The reply code that goes with a command code: its second character plus one.
pub(crate) const fn reply_code([first, second]: [u8; 2]) -> [u8; 2] {
    [first, second.wrapping_add(1)]
}

/// A request with what stands behind its fields.
pub(crate) struct Read<'a, C> {
    pub(crate) request: C,
    /// The LMK that the message names.
    pub(crate) lmk: Option<LmkId>,
    /// With its X'19'; may be empty.
    pub(crate) trailer: &'a [u8],
}

/// Reads the fields, the LMK identifier and the trailer.
pub(crate) fn read<'a, C: Command<'a>, O: Observer>(
    fields: &'a [u8],
    scope: Scope<'a>,
    observer: &mut O,
) -> Result<Read<'a, C>, ErrorCode> {
    let mut cursor = Cursor::new(fields, scope, observer);
    let request = C::read(&mut cursor, ()).map_err(Fault::code)?;
    let lmk = match request.lmk() {
        Some(own) => own,
        None => cursor.after::<LmkId>(LMK, ()).map_err(Fault::code)?,
    };
    end(cursor.rest())?;
    Ok(Read { request, lmk, trailer: cursor.rest() })
}

/// Writes what [`read`] read.
pub(crate) fn write<'a, C: Command<'a>>(read: &Read<'a, C>, out: &mut BytesMut) {
    read.request.write(out);
    if let (Some(lmk), None) = (read.lmk, read.request.lmk()) {
        out.put_u8(b'%');
        lmk.write(out);
    }
    out.put_slice(read.trailer);
}

/// Reads a request under the LMK of the port, or under the one that it turns out to name.
///
/// A few fields read differently under different kinds of LMK, and what names the LMK may stand behind
/// them. So the kind is guessed, and where the guess was wrong the request is read again.
pub(crate) fn request<'a, C: Command<'a>>(
    fields: &'a [u8],
    session: &'a Session<'a>,
) -> Result<(C, Option<LmkId>), ErrorCode> {
    let attempt = |lmk| read::<C, _>(fields, session.scope(lmk), &mut ());
    let first = attempt(None);
    let named = match &first {
        Ok(read) => session.presumed(&read.request, read.lmk),
        Err(_) => hint(fields),
    };
    let is_other = |lmk| session.scope(Some(lmk)).lmk != session.scope(None).lmk;
    let Read { request, lmk, trailer } = match named.filter(|lmk| is_other(*lmk)) {
        Some(lmk) => attempt(Some(lmk)).map_err(|code| first.err().unwrap_or(code))?,
        None => first?,
    };
    session.trailer.set(trailer);
    Ok((request, lmk))
}

/// The last `%nn` of the message, if what follows could be the end of a message.
pub(crate) fn hint(fields: &[u8]) -> Option<LmkId> {
    let at = fields.iter().rposition(|byte| *byte == b'%')?;
    match &fields[at + 1..] {
        [a @ b'0'..=b'9', b @ b'0'..=b'9']
        | [a @ b'0'..=b'9', b @ b'0'..=b'9', 0x19 | b'#' | b'&' | b'!', ..] => {
            Some(LmkId((a - b'0') * 10 + b - b'0'))
        }
        _ => None,
    }
}

/// What looks like a trailer, for replies to messages that could not be read.
pub(crate) fn trailer(fields: &[u8]) -> &[u8] {
    let tail = &fields[fields.len().saturating_sub(TRAILER)..];
    let at = tail.iter().rposition(|byte| *byte == 0x19).unwrap_or(tail.len());
    &tail[at..]
}

/// Accepts nothing, or a trailer.
pub(crate) fn end(rest: &[u8]) -> Result<(), ErrorCode> {
    match rest {
        [] => Ok(()),
        [0x19, ..] if rest.len() <= TRAILER => Ok(()),
        _ => Err(ErrorCode::INVALID_INPUT),
    }
}

/// In debug builds: a command answers only codes that it declares.
pub(crate) fn declared<'a, C: Command<'a>>(code: ErrorCode) {
    if cfg!(debug_assertions) {
        let spec = &C::ENTRY.spec;
        let of_key_blocks = code.0[0].is_ascii_uppercase();
        let known = of_key_blocks
            || spec.carried.contains(&code)
            || spec.errors.iter().chain(error::STANDARD).any(|(known, _)| *known == code)
            || field_codes(spec.request, code);
        let name = spec.code.escape_ascii();
        assert!(known, "{name} answers {code}, which it does not declare");
    }
}

fn field_codes(fields: &[FieldSpec], code: ErrorCode) -> bool {
    fields.iter().any(|field| field.error == Some(code) || grammar_codes(&field.grammar, code))
}

fn grammar_codes(grammar: &Grammar, code: ErrorCode) -> bool {
    match grammar {
        Grammar::Key(_, parity, _) => {
            *parity == code || error::OF_KEYS.iter().any(|(known, _)| *known == code)
        }
        Grammar::Group(fields) => field_codes(fields, code),
        Grammar::List(item, _) => grammar_codes(item, code),
        Grammar::Choice(variants) => {
            variants.iter().filter_map(|v| v.then.as_ref()).any(|then| grammar_codes(then, code))
        }
        _ => false,
    }
}

/// In debug builds: what was written from `start` on reads back as the same reply to the same request.
pub(crate) fn coherent<'a, C: Execute<'a>>(
    request: &C,
    reply: &C::Reply,
    start: usize,
    out: &mut BytesMut,
    session: &'a Session<'a>,
) {
    if cfg!(debug_assertions)
        && let Ok(written) = session.scratch().copy(&out[start..])
    {
        let nobody = &mut ();
        let lmk = LmkId(session.lmk_id().0);
        let mut cursor = Cursor::new(written, session.scope(Some(lmk)), nobody);
        let again = C::Reply::read(&mut cursor, (*request, reply.code()));
        assert!(again.is_ok(), "reply {} does not read back", written.escape_ascii());
        assert!(cursor.rest().is_empty(), "reply is longer than its definition");
        let end = out.len();
        if let Ok(again) = again {
            again.write(out);
        }
        assert_eq!(&out[end..], written, "reply changes when it is read back");
        out.truncate(end);
    }
}
