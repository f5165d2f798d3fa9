//! `J8` What happened to the device.

use crate::prelude::*;

/// Report how often the device started, and how often it was tampered with or PINs were tried out.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "J8", reply = "J9", evidence = "simulator")]
pub struct Request;

/// The counts.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// Device and time.
    pub covered: Covered<'a>,
    /// Starts.
    pub restarts: Decimal<10>,
    /// Tampers.
    pub tampers: Decimal<10>,
    /// Minutes in which too many PIN verifications failed.
    pub minutes: Decimal<7>,
    /// Hours in which too many PIN verifications failed.
    pub hours: Decimal<5>,
    /// PIN attacks.
    pub attacks: Decimal<8>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (health, now) = (session.state().health, session.state().clock.now());
        let fraud = session.appliance().fraud().counts();
        Ok(Reply {
            covered: Covered::new(session, health.since, now, now),
            restarts: capped(health.restarts),
            tampers: capped(health.tampers),
            minutes: capped(fraud.minutes.into()),
            hours: capped(fraud.hours.into()),
            attacks: capped(fraud.attacks.into()),
        })
    }
}
