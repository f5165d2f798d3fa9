//! Messages in, replies out: the appliance as a host application sees it.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use appliance::{Appliance, Fault};
use bytes::{BufMut, BytesMut};
use wire::Burden;
use zeroize::{Zeroize, Zeroizing};

use crate::{LmkPort, SecondReply, Session, envelope, error, find};

/// Memory for the long replies of one message: the longest message and something beside it.
const SCRATCH: usize = 128 * 1024;

thread_local! {
    /// One for each worker, wiped after each message.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH].into_boxed_slice());
}

/// How an unknown command code is answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum UnknownCommand {
    /// Reply code and error 68.
    #[default]
    Disabled,
    /// `ZZ00`.
    Zz,
    /// Not at all.
    Drop,
}

impl core::str::FromStr for UnknownCommand {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "68" => Ok(Self::Disabled),
            "ZZ00" => Ok(Self::Zz),
            "drop" => Ok(Self::Drop),
            _ => Err("an unknown command is answered 68, ZZ00 or drop"),
        }
    }
}

/// Answers host messages on behalf of an appliance.
#[derive(Debug)]
pub struct Host {
    appliance: Arc<Appliance>,
    unknown: UnknownCommand,
}

impl Host {
    /// Answers messages whose header has `header` characters (0 to 255), until the console says otherwise.
    pub fn new(appliance: Arc<Appliance>, header: u8, unknown: UnknownCommand) -> Self {
        if appliance.state().host_ports.header_length != header {
            // Only an appliance on a disk can refuse, and that one is asked for the header that it has.
            let _ = appliance.change(|state| state.host_ports_mut().header_length = header);
        }
        Self { appliance, unknown }
    }

    /// The appliance.
    pub fn appliance(&self) -> &Appliance {
        &self.appliance
    }

    /// What the command of this message costs.
    pub fn burden(&self, message: &[u8]) -> Burden {
        let code =
            message.get(self.appliance.header_length()..).and_then(|rest| rest.first_chunk());
        code.and_then(|code| find(*code)).map_or(Burden::Light, |entry| entry.spec.burden)
    }

    /// Overwrites what commands left of secrets on the stack of this thread. To be called after some messages, by a caller
    /// of [`Host::answer`].
    pub fn wipe_stack() {
        crypto::wipe_stack();
    }

    /// Appends the reply to one message; both are without the length that frames them.
    ///
    /// Appends nothing if the command is unknown and [`UnknownCommand::Drop`] is set. A panic in a
    /// command answers error 41. A command that prints leaves a second reply, which prints nothing
    /// before it is asked to [`follow`](SecondReply::follow).
    pub fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) -> Option<SecondReply> {
        let state = self.appliance.state();
        let header = self.appliance.header_length();
        let mut second = None;
        let is_well = isolated(message, header, out, |out| {
            BUFFER.with_borrow_mut(|buffer| {
                let session = Session::new(&self.appliance, &state, port, header, &mut buffer[..]);
                let left = envelope::answer(message, header, self.unknown, &session, out);
                second = left.map(|(job, code)| SecondReply {
                    appliance: Arc::clone(&self.appliance),
                    job,
                    head: [message.get(..header).unwrap_or_default(), &code].concat(),
                    has_trailer: !session.trailer.get().is_empty(),
                });
                let used = SCRATCH - session.scratch().left();
                buffer[..used].zeroize();
            });
        });
        if !is_well {
            self.appliance.fault(Fault::Internal, 0);
        }
        second
    }
}

/// Does for an officer at the console what a host command does for a host: asks for the activities of the console, and
/// obeys neither the state of the appliance nor the list of commands that are switched off. The message has no header.
pub fn at_console(appliance: &Appliance, message: &[u8], out: &mut BytesMut) {
    let state = appliance.state();
    let mut buffer = Zeroizing::new(vec![0; SCRATCH]);
    let session = Session::new(appliance, &state, LmkPort::Default, 0, &mut buffer).at_console();
    envelope::answer(message, 0, UnknownCommand::Disabled, &session, out);
}

/// Lets `work` append the reply to a message whose first `header` bytes are the host's. If it
/// panics, the reply is error 41, nothing that it wrote or kept remains, and false is returned.
///
/// A message too short for a command code is then answered `ZZ41` behind what there is of its
/// header (inferred).
pub fn isolated(
    message: &[u8],
    header: usize,
    out: &mut BytesMut,
    work: impl FnOnce(&mut BytesMut),
) -> bool {
    let start = out.len();
    if catch_unwind(AssertUnwindSafe(|| work(out))).is_ok() {
        return true;
    }
    BUFFER.with_borrow_mut(Zeroize::zeroize);
    out[start..].zeroize();
    out.truncate(start);
    let (head, rest) = message.split_at(header.min(message.len()));
    let (reply, fields) = match rest {
        [first, second, fields @ ..] => (envelope::reply_code([*first, *second]), fields),
        _ => (*b"ZZ", &[][..]),
    };
    out.put_slice(head);
    out.put_slice(&reply);
    out.put_slice(&error::INTERNAL.0.0);
    out.put_slice(envelope::trailer(fields));
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply_to_a_panic(message: &[u8]) -> BytesMut {
        let mut out = BytesMut::from(&b"earlier replies "[..]);
        isolated(message, 4, &mut out, |out| {
            BUFFER.with_borrow_mut(|buffer| buffer[..6].copy_from_slice(b"secret"));
            out.put_slice(b"half a reply");
            panic!("a command fails");
        });
        let kept = BUFFER.with_borrow(|buffer| buffer.iter().any(|byte| *byte != 0));
        assert!(!kept, "the scratch memory is not wiped");
        out
    }

    #[test]
    fn a_panic_answers_41_and_leaves_nothing() {
        let reply = reply_to_a_panic(b"HEADCAfields\x19trailer");
        assert_eq!(&reply[..], b"earlier replies HEADCB41\x19trailer");
    }

    #[test]
    fn a_panic_on_a_short_message_is_answered_too() {
        for (message, expected) in [
            (&b"HEADC"[..], &b"earlier replies HEADZZ41"[..]),
            (b"HE", b"earlier replies HEZZ41"),
            (b"", b"earlier replies ZZ41"),
        ] {
            assert_eq!(&reply_to_a_panic(message)[..], expected);
        }
    }

    #[test]
    fn work_that_ends_well_is_left_alone() {
        let mut out = BytesMut::new();
        isolated(b"HEADNC", 4, &mut out, |out| out.put_slice(b"HEADND00"));
        assert_eq!(&out[..], b"HEADND00");
    }
}
