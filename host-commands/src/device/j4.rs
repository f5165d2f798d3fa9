//! `J4` How often each host command ran.

use wire::List;

use crate::prelude::*;

/// Report how often each host command ran, by code.
///
/// That commands which did not run are left out is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "J4", reply = "J5", evidence = "simulator")]
pub struct Request;

/// Counts by command.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// Device and time.
    pub covered: Covered<'a>,
    /// Seconds that were measured.
    pub seconds: Decimal<10>,
    /// Commands that ran.
    pub volumes: List<'a, Volume<'a>>,
}

/// How often a command ran.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Volume<'a> {
    /// Its code.
    pub command: Text<'a, 2>,
    /// How often.
    pub count: Decimal<12>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (covered, seconds) = Covered::by_statistics(session);
        let statistics = session.appliance().statistics();
        let counted = crate::COMMANDS.iter().zip(0..);
        let mut ran: Vec<_> = counted
            .map(|(entry, position)| (&entry.spec.code, statistics.runs(position)))
            .filter(|(_, count)| *count > 0)
            .collect();
        ran.sort_unstable();
        let volumes = session.collect(ran.into_iter(), |(code, count), _| {
            Ok(Volume { command: Text(code), count: capped(count) })
        })?;
        Ok(Reply { covered, seconds, volumes: volumes.into() })
    }
}
