//! `J2` How busy the device was.

use wire::List;

use crate::prelude::*;

/// Report how busy the device was: periods by load.
///
/// A period is a second, and load is a share of the processors, or of the calls that the licence lets through if that is
/// more; all that is our own reading.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "J2", reply = "J3", evidence = "simulator")]
pub struct Request;

/// Periods by load.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// Device and time.
    pub covered: Covered<'a>,
    /// Seconds that were measured.
    pub seconds: Decimal<10>,
    /// Load bands.
    pub bands: List<'a, Band>,
}

/// A load band.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Band {
    /// From this per cent.
    pub from: Decimal<3>,
    /// To just under this per cent; the last band includes it.
    pub to: Decimal<3>,
    /// Periods of such a load.
    #[ends(',')]
    pub periods: Decimal<10>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (covered, seconds) = Covered::by_statistics(session);
        let periods = session.appliance().statistics().bands();
        let width = 100 / periods.len() as u64;
        let bands = session.collect((0..).zip(periods), |(band, periods), _| {
            let from = band * width;
            Ok(Band { from: Decimal(from), to: Decimal(from + width), periods: capped(periods) })
        })?;
        Ok(Reply { covered, seconds, bands: bands.into() })
    }
}
