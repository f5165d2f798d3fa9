//! Bytes in, bytes out: the sans-I/O half of a connection.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::buffer::{Inbox, Outbox, TooLongReply};
use super::complaints::Complaints;
use super::frame::{Frame, PREFIX};
use super::host::{Host, Later};
use super::visitor::Visitor;
use appliance::Admission;
use host_commands::LmkPort;

/// Messages that one turn answers at most, so that one pipelining host does not hold a worker.
const MESSAGES_A_TURN: usize = 32;
/// Bytes of replies after which a turn ends.
const OUTPUT_A_TURN: usize = 64 * 1024;

/// Who answers, on behalf of which port, and how long a message may be.
#[derive(Debug)]
pub(super) struct Rules<H> {
    pub(super) host: Arc<H>,
    pub(super) lmk: LmkPort,
    pub(super) frame_limit: usize,
    pub(super) complaints: Arc<Complaints>,
}

impl<H> Clone for Rules<H> {
    fn clone(&self) -> Self {
        let (host, complaints) = (Arc::clone(&self.host), Arc::clone(&self.complaints));
        Self { host, complaints, ..*self }
    }
}

/// The buffers of one peer, and the rules by which one is answered into the other.
#[derive(Debug)]
pub(super) struct Exchange<H> {
    pub(super) rules: Rules<H>,
    pub(super) inbox: Inbox,
    pub(super) outbox: Outbox,
    visitor: Visitor,
    /// Under which the visitor was last welcome.
    admission: Admission,
    /// The reply that comes before all others.
    later: Option<Later>,
    /// How long the replies of the last turn are held back.
    delay: Duration,
}

/// How a turn ended.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Turn {
    /// Every complete message is answered.
    Done {
        /// Whether there was one.
        answered: bool,
    },
    /// There may be more complete messages.
    More,
    /// Nothing is answered before a reply is there that takes its time: see [`Exchange::settle`].
    Later,
    /// The stream cannot go on.
    Fault(Fault),
}

/// What makes a stream unusable.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// A message longer than the limit.
    TooLongMessage {
        /// Its announced length.
        length: usize,
    },
    /// A reply of more than 65,535 bytes: a defect of the host.
    TooLongReply,
    /// The device serves this host no longer.
    Closed,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLongMessage { length } => {
                write!(
                    f,
                    "a message of {length} bytes is longer than the limit (see --frame-limit)"
                )
            }
            Self::TooLongReply => f.write_str("a reply is too long to be sent"),
            Self::Closed => f.write_str("the device does not serve this host any more"),
        }
    }
}

impl<H: Host> Exchange<H> {
    /// With empty buffers, for a visitor who was welcome under this admission.
    pub(super) fn new(rules: Rules<H>, visitor: Visitor, admission: Admission) -> Self {
        Self {
            rules,
            visitor,
            admission,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            later: None,
            delay: Duration::ZERO,
        }
    }

    /// Answers the complete messages of the inbox, a bounded number of them, into the outbox.
    pub(super) fn turn(&mut self) -> Turn {
        let mut answered = 0;
        let turn = self.answer(&mut answered);
        if answered > 0 {
            self.rules.host.tidy();
            self.delay = self.rules.host.appliance().delay(answered);
        }
        turn
    }

    /// Holds replies back for as long as the device wants. It can be left at any point.
    pub(super) async fn delay(&mut self) {
        if !self.delay.is_zero() {
            tokio::time::sleep(core::mem::take(&mut self.delay)).await;
        }
    }

    fn answer(&mut self, answered: &mut usize) -> Turn {
        if self.later.is_some() {
            return Turn::Later;
        }
        while *answered < MESSAGES_A_TURN {
            let is_welcome = self.is_welcome();
            let Self { rules: Rules { host, lmk, frame_limit, .. }, inbox, outbox, later, .. } =
                self;
            match Frame::first(inbox.unread(), *frame_limit) {
                Frame::Whole(_) if outbox.unsent().len() >= OUTPUT_A_TURN => return Turn::More,
                Frame::Whole(_) if !is_welcome => return Turn::Fault(Fault::Closed),
                Frame::Whole(message) => {
                    let length = message.len();
                    let replied = outbox.reply(length, |out| host.answer(*lmk, message, out));
                    let Ok(promised) = replied else { return Turn::Fault(Fault::TooLongReply) };
                    inbox.consume(PREFIX + length);
                    *answered += 1;
                    *later = promised;
                    if later.is_some() {
                        return Turn::Later;
                    }
                }
                Frame::Partial => {
                    inbox.compact();
                    return Turn::Done { answered: *answered > 0 };
                }
                Frame::TooLong(length) => return Turn::Fault(Fault::TooLongMessage { length }),
            }
        }
        Turn::More
    }

    /// Whether the device serves this host still, as the console has it now.
    fn is_welcome(&mut self) -> bool {
        let appliance = self.rules.host.appliance();
        let admission = appliance.admission();
        if admission != self.admission {
            if admission == Admission::NONE
                || !self.visitor.is_welcome(&appliance.state().host_ports)
            {
                return false;
            }
            self.admission = admission;
        }
        true
    }

    /// Waits for the reply that takes its time, if there is to be one. It can be left at any point and
    /// begun again.
    pub(super) async fn settle(&mut self) -> Result<(), Fault> {
        let Some(later) = &mut self.later else { return Ok(()) };
        // A host that gives its promise up, which none does, leaves the message without it.
        let reply = later.await.unwrap_or_default();
        self.later = None;
        let replied = self.outbox.reply(reply.len(), |out| out.extend_from_slice(&reply));
        replied.map_err(|TooLongReply| Fault::TooLongReply)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use appliance::Protocol;

    use super::super::tests::{Echo, framed};
    use super::*;

    fn exchange(lmk: LmkPort, bytes: &[u8]) -> Exchange<Echo> {
        let (host, complaints) = (Arc::new(Echo::default()), Arc::default());
        let rules = Rules { host, lmk, frame_limit: 65_535, complaints };
        let admission = rules.host.appliance().admission();
        let visitor = Visitor::new(Protocol::Tcp, IpAddr::from(Ipv4Addr::LOCALHOST));
        let mut exchange = Exchange::new(rules, visitor, admission);
        exchange.inbox.space(65_535).extend_from_slice(bytes);
        exchange
    }

    #[test]
    fn every_complete_message_is_answered_in_order() {
        let mut exchange = exchange(LmkPort::Default, b"\0\x01a\0\0\0\x02bc\0\x02d");
        assert_eq!(exchange.turn(), Turn::Done { answered: true });
        assert_eq!(exchange.outbox.unsent(), b"\0\x02=a\0\x01=\0\x03=bc");
        assert_eq!(exchange.inbox.unread(), b"\0\x02d");
        assert_eq!(exchange.turn(), Turn::Done { answered: false });
    }

    #[test]
    fn the_port_says_the_lmk() {
        let mut exchange = exchange(LmkPort::Only(3), b"\0\x01a");
        exchange.turn();
        assert_eq!(exchange.outbox.unsent(), b"\0\x023a");
    }

    #[test]
    fn a_turn_is_bounded_in_messages_and_in_output() {
        let mut many = exchange(LmkPort::Default, &framed(b"x").repeat(33));
        assert_eq!(many.turn(), Turn::More);
        assert_eq!(many.outbox.unsent().len(), 32 * 4);
        assert_eq!(many.turn(), Turn::Done { answered: true });
        let mut long = exchange(LmkPort::Default, &framed(&vec![7; 30_000]).repeat(4));
        assert_eq!(long.turn(), Turn::More);
        assert_eq!(long.outbox.unsent().len(), 3 * 30_003);
    }

    #[tokio::test]
    async fn nothing_overtakes_a_second_reply() {
        let mut exchange = exchange(LmkPort::Default, b"\0\x06later5\0\x01b");
        for _ in 0..2 {
            assert_eq!(exchange.turn(), Turn::Later);
            assert_eq!(exchange.outbox.unsent(), b"\0\x07=later5");
        }
        exchange.settle().await.expect("replies are short");
        assert_eq!(exchange.turn(), Turn::Done { answered: true });
        assert_eq!(exchange.outbox.unsent(), b"\0\x07=later5\0\x0Dsecond later5\0\x02=b");
        exchange.settle().await.expect("replies are short");
    }

    #[test]
    fn a_too_long_message_ends_the_stream_after_the_replies_before_it() {
        let mut exchange = exchange(LmkPort::Default, b"\0\x01a\0\x05");
        exchange.rules.frame_limit = 4;
        assert_eq!(exchange.turn(), Turn::Fault(Fault::TooLongMessage { length: 5 }));
        assert_eq!(exchange.outbox.unsent(), b"\0\x02=a");
    }
}
