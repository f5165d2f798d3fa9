//! The second reply of a command that prints.
//!
//! The first reply is sent at once. The second one says what became of the document, and is sent when the
//! printer has taken it or has failed; replies to later messages come after it. Source: manual.

use std::sync::Arc;

use appliance::{Appliance, Document, Fault, printer::Outcome};

use crate::error::NO_PRINTER;

/// What a command leaves to the printer.
#[derive(Debug)]
pub(crate) enum Job {
    /// A document.
    Print(Document),
    /// Nothing yet: a mailer waits for the other one on its form.
    Wait,
}

/// A reply that follows the first one, when the printer is done.
#[derive(Debug)]
pub struct SecondReply {
    pub(crate) appliance: Arc<Appliance>,
    pub(crate) job: Job,
    /// Header and reply code.
    pub(crate) head: Vec<u8>,
    /// Whether the message has a trailer.
    pub(crate) has_trailer: bool,
}

impl SecondReply {
    /// Has the document printed, and hands the reply to `send` once. That happens in the thread of the
    /// printer, or at once.
    pub fn follow(self, send: impl FnOnce(Vec<u8>) + Send + 'static) {
        let Self { appliance, job, mut head, has_trailer } = self;
        let printing = Arc::clone(&appliance);
        let answer = move |outcome: Outcome| {
            if outcome.is_err() {
                printing.fault(Fault::Printer, 1);
            }
            head.extend_from_slice(match &outcome {
                Ok(()) => b"00",
                Err(_) => &NO_PRINTER.0.0,
            });
            // Of the trailer the second reply has the delimiter alone. Source: simulator.
            head.extend(has_trailer.then_some(0x19));
            send(head);
        };
        match job {
            Job::Print(document) => appliance.printer().print(document, answer),
            Job::Wait => answer(Ok(())),
        }
    }
}
