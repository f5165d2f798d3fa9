//! The host commands, one file each.
//!
//! A command file holds the request, the reply, the errors and the work of one command. The
//! parser, the encoder, the manual, the trace decoder and the client all come from it. To add one,
//! write its file and put its code into the registry below.

mod client;
mod envelope;
pub mod error;
pub mod explain;
pub mod fields;
pub mod fuzzing;
mod host;
mod listing;
mod manual;
mod named;
mod second;
mod session;

use bytes::BytesMut;
use wire::{Answer, CommandSpec, Cursor, ErrorCode, Fault, Scope, Trace, Wire};

pub use appliance::{Category, Settings};
pub use client::{Refused, receive, send};
pub use host::{Host, UnknownCommand, at_console, isolated};
pub use listing::{Listed, Status, listing};
pub use manual::{dictionary, manual, page};
pub use named::{NAMED, Named};
pub use second::SecondReply;
pub use session::audit::can_be_audited;
pub use session::{Activity, Arrival, Departure, LmkPort, Session};

use fields::LmkId;

/// Names that every command file uses.
mod prelude {
    pub(crate) use crate::session::{
        audit::not_written,
        exchange::Parity,
        pin::{Origin, PvvMethod, concealed, diebold_algorithm, right},
    };
    pub(crate) use crate::{Arrival, Category, Departure, Execute, Session, error, fields::*};
    pub(crate) use crypto::pin::Pin;
    pub(crate) use vault::{Key, KeyType, Use, role::*};
    pub(crate) use wire::{Code, ErrorCode, Group, HostCommand, Mark, Repeat, Reply};
}

/// The work of a command.
pub trait Execute<'a>: Wire<'a, Given = ()> + Copy {
    /// Fields after the error code.
    type Reply: Answer<'a, Self>;

    /// Does the work.
    fn execute(&self, session: &'a Session<'a>) -> Result<Self::Reply, ErrorCode>;
}

/// A request type that is in the registry. Derive it.
pub trait Command<'a>: Execute<'a> {
    /// Its row there.
    const ENTRY: &'static Entry;

    /// The LMK identifier, if it is among the fields rather than in the envelope.
    fn lmk(&self) -> Option<Option<LmkId>>;

    /// Asks for the settings and authorised activities that this request needs.
    fn permitted(
        &self,
        settings: &Settings,
        gate: &mut dyn FnMut(Category, &dyn Activity) -> Result<(), ErrorCode>,
    ) -> Result<(), ErrorCode>;
}

/// A request that changes what the appliance keeps: `changes` among the properties of its command.
///
/// Only such a request gets at [`Session::change`], so that the server knows whom a disk may hold up.
pub trait Changes {}

/// Parses, executes and encodes.
pub type Run = for<'a> fn(&'a [u8], &'a Session<'a>, &mut BytesMut) -> Result<(), ErrorCode>;

/// Reads a reply in the light of its request.
pub type TraceReply =
    for<'a> fn(&'a [u8], &'a [u8], ErrorCode, Scope<'a>, &mut Trace) -> Result<(), ErrorCode>;

/// Reads a reply in the light of its request, and writes it again.
pub type AgainReply =
    for<'a> fn(&'a [u8], &'a [u8], ErrorCode, Scope<'a>) -> Result<BytesMut, ErrorCode>;

/// A row of the registry.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What is known without running it.
    pub spec: CommandSpec,
    /// Parses, executes and encodes, error code included.
    pub run: Run,
    /// Parses only, noting every step.
    pub trace: for<'a> fn(&'a [u8], Scope<'a>, &mut Trace) -> Result<(), ErrorCode>,
    /// Parses a request and a reply to it, noting every step in the reply.
    pub trace_reply: TraceReply,
    /// Parses and encodes.
    pub again: for<'a> fn(&'a [u8], Scope<'a>) -> Result<BytesMut, ErrorCode>,
    /// Parses a request and a reply to it, and encodes the reply.
    pub again_reply: AgainReply,
}

macro_rules! registry {
    ($($family:ident { $($code:ident),* $(,)? })*) => {
        $(
            #[doc = concat!("Commands of the `", stringify!($family), "` family.")]
            pub mod $family {
                $(#[doc = concat!("`", stringify!($code), "`")] pub mod $code;)*
            }
        )*

        /// Every command, by family.
        #[expect(elided_lifetimes_in_paths, reason = "some requests borrow, some do not")]
        pub static COMMANDS: &[&Entry] =
            &[$($(<$family::$code::Request as Command>::ENTRY,)*)*];

        /// Family of each command, in the order of [`COMMANDS`].
        pub static FAMILIES: &[&str] = &[$($({
            let _ = stringify!($code);
            stringify!($family)
        },)*)*];
    };
}

registry! {
    audit { q0, q2, q4, q6, q8 }
    device { b2, j2, j4, j6, j8, ji, jk, lg, n0, nc, ni, nk, no, ra }
    keys { a0, a4, a6, a8, bu, cs }
    exchange {
        ae, ag, r#as, au, aw, b0, bi, by, di, dk, dw, dy, fa, fc, fe, fg, fi, fk, fm, fo, fq, fs, gc, gg, gy,
        ha, hc, ia, ka, mg, mi,
    }
    lmk { aa, ac, ay, bg, bs, bw, ge, kc, lo }
    print { a2, li, ne, oa, oc, oe, pa, pc, pe, pg, qa, qc, rc, ta }
    pin {
        ba, bc, be, bk, bm, bq, ca, cc, ce, cg, ci, ck, cm, co, cq, cu, da, dc, de, dg, du, ea, ec, ee, eg, fw,
        g0, ga, go, gq, gs, gu, ja, jc, je, jg, ng, qk,
    }
    card { cw, cy, pm, ry }
    mac { c2, c4, gw, lk, lm, m6, m8, ma, mc, me, mk, mm, mo, mq, ms, mu, mw, my }
    data { he, hg, m0, m2, m4 }
    hash { gm, l0, lq, ls, lu, lw, ly }
    emv { js, ju, k0, k2, kq, ks, ku, kw, ky }
    ecc { fy, ig }
    rsa { b8, ei, ek, em, eo, eq, es, eu, ew, ey, gi, gk, qe }
    storage { la, lc, le }
}

/// Looks a command up by its code.
#[inline]
pub fn find(code: [u8; 2]) -> Option<&'static Entry> {
    COMMANDS.get(position(code)?).copied()
}

/// Position in the registry.
#[inline]
pub fn position(code: [u8; 2]) -> Option<usize> {
    usize::from(INDEX[slot(code)?]).checked_sub(1)
}

fn run<'a, C: Command<'a>>(
    fields: &'a [u8],
    session: &'a Session<'a>,
    out: &mut BytesMut,
) -> Result<(), ErrorCode> {
    let (request, lmk) = envelope::request::<C>(fields, session)?;
    session.settle(&request, lmk)?;
    let (spec, state) = (&C::ENTRY.spec, session.state());
    request.permitted(&state.settings, &mut |category, sub| session.gate(category, sub))?;
    session.trusted(spec)?;
    let outcome = request.execute(session);
    let code = outcome.as_ref().map_or_else(|code| *code, Answer::code);
    envelope::declared::<C>(code);
    session.note_outcome(spec, code);
    let reply = outcome?;
    out.extend_from_slice(&reply.code().0);
    let start = out.len();
    reply.write(out);
    envelope::coherent(&request, &reply, start, out, session);
    Ok(())
}

fn trace<'a, C: Command<'a>>(
    fields: &'a [u8],
    scope: Scope<'a>,
    seen: &mut Trace,
) -> Result<(), ErrorCode> {
    envelope::read::<C, _>(fields, scope, seen).map(drop)
}

fn trace_reply<'a, C: Command<'a>>(
    fields: &'a [u8],
    reply: &'a [u8],
    code: ErrorCode,
    scope: Scope<'a>,
    seen: &mut Trace,
) -> Result<(), ErrorCode> {
    read_reply::<C, _>(fields, reply, code, scope, seen).map(drop)
}

fn again<'a, C: Command<'a>>(fields: &'a [u8], scope: Scope<'a>) -> Result<BytesMut, ErrorCode> {
    let read = envelope::read::<C, _>(fields, scope, &mut ())?;
    let mut out = BytesMut::new();
    envelope::write(&read, &mut out);
    Ok(out)
}

fn again_reply<'a, C: Command<'a>>(
    fields: &'a [u8],
    reply: &'a [u8],
    code: ErrorCode,
    scope: Scope<'a>,
) -> Result<BytesMut, ErrorCode> {
    let (reply, rest) = read_reply::<C, _>(fields, reply, code, scope, &mut ())?;
    let mut out = BytesMut::new();
    reply.write(&mut out);
    out.extend_from_slice(rest);
    Ok(out)
}

/// The reply, and what stands behind it.
fn read_reply<'a, C: Command<'a>, O: wire::Observer>(
    fields: &'a [u8],
    reply: &'a [u8],
    code: ErrorCode,
    scope: Scope<'a>,
    observer: &mut O,
) -> Result<(C::Reply, &'a [u8]), ErrorCode> {
    let request = envelope::read::<C, _>(fields, scope, &mut ())?.request;
    let mut cursor = Cursor::new(reply, scope, observer);
    let reply = C::Reply::read(&mut cursor, (request, code)).map_err(Fault::code)?;
    envelope::end(cursor.rest())?;
    Ok((reply, cursor.rest()))
}

/// Registry positions plus one, by command code.
static INDEX: [u16; 36 * 36] = {
    assert!(COMMANDS.len() <= appliance::POSITIONS, "more commands than are counted");
    let mut index = [0; 36 * 36];
    let mut at = 0;
    while at < COMMANDS.len() {
        let Some(slot) = slot(COMMANDS[at].spec.code) else {
            panic!("command codes are digits and capitals");
        };
        assert!(index[slot] == 0, "two commands share a code");
        at += 1;
        #[expect(clippy::cast_possible_truncation, reason = "there are 1,296 codes")]
        {
            index[slot] = at as u16;
        }
    }
    index
};

const fn slot(code: [u8; 2]) -> Option<usize> {
    const fn digit(byte: u8) -> Option<usize> {
        match byte {
            b'0'..=b'9' => Some((byte - b'0') as usize),
            b'A'..=b'Z' => Some((byte - b'A' + 10) as usize),
            _ => None,
        }
    }
    match (digit(code[0]), digit(code[1])) {
        (Some(first), Some(second)) => Some(first * 36 + second),
        _ => None,
    }
}
