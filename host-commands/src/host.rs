//! Messages in, replies out: the appliance as a host application sees it.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use appliance::Appliance;
use bytes::{BufMut, BytesMut};
use zeroize::Zeroize;

use crate::{LmkPort, Session, envelope, error};

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
    header: usize,
    unknown: UnknownCommand,
}

impl Host {
    /// Answers messages whose header has `header` characters (0 to 255).
    pub fn new(appliance: Arc<Appliance>, header: u8, unknown: UnknownCommand) -> Self {
        Self { appliance, header: header.into(), unknown }
    }

    /// The appliance.
    pub fn appliance(&self) -> &Appliance {
        &self.appliance
    }

    /// Appends the reply to one message; both are without the length that frames them.
    ///
    /// Appends nothing if the command is unknown and [`UnknownCommand::Drop`] is set. A panic in a
    /// command answers error 41.
    pub fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) {
        let state = self.appliance.state();
        let start = out.len();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            BUFFER.with_borrow_mut(|buffer| {
                let session =
                    Session::new(&self.appliance, &state, port, self.header, &mut buffer[..]);
                envelope::answer(message, self.header, self.unknown, &session, out);
                let used = SCRATCH - session.scratch().left();
                buffer[..used].zeroize();
            });
        }));
        if outcome.is_err() {
            out.truncate(start);
            self.failed(message, out);
        }
    }

    fn failed(&self, message: &[u8], out: &mut BytesMut) {
        BUFFER.with_borrow_mut(|buffer| buffer.zeroize());
        let Some((head, [first, second, fields @ ..])) = message.split_at_checked(self.header)
        else {
            return;
        };
        out.put_slice(head);
        out.put_slice(&envelope::reply_code([*first, *second]));
        out.put_slice(&error::INTERNAL.0.0);
        out.put_slice(envelope::trailer(fields));
    }
}
