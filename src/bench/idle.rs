//! Many idle connections: what they cost in memory, and what the busy few notice of them.

use super::ask::Asker;
use super::client::Load;
use super::mix::MIXES;
use super::prepare::prepare;
use super::report::{Memory, Report, Row};
use super::rounds::{Plan, measure};
use super::schedule::{Pace, Shape};
use super::traffic::Traffic;
use super::{Failure, session::Session};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Connections where nothing else is asked for.
pub(super) const CONNECTIONS: usize = 2000;
/// One connection in so many is busy.
const BUSY: usize = 100;
/// Time for the target to take its connections in.
const SETTLE: Duration = Duration::from_millis(300);

/// Open the connections, use each once, then keep one in a hundred busy with the switch mix.
pub(super) fn run(session: &Session, report: &mut Report) -> Result<(), Failure> {
    let all = session.arguments.connections.unwrap_or(CONNECTIONS);
    let busy = (all / BUSY).max(1);
    let shape =
        Shape { connections: busy, depth: session.arguments.depth.map_or(1, |depth| depth.max(1)) };
    let Some(mix) = MIXES.iter().find(|mix| mix.name == "switch") else { return Ok(()) };
    let (address, header) = (session.target.address, session.arguments.header);
    let connect = || Asker::connect(address, header, Arc::clone(&session.stop));
    let prepared = prepare(mix, &mut connect()?, session.arguments.keys)?;
    let traffic = Traffic::new(Arc::clone(&prepared.templates), prepared.deck.clone())?;
    let open = || Load::open(address, shape, header, traffic.clone(), session.stop.clone(), false);
    let plan = Plan::new(session.arguments.rounds, 4, Pace::Closed);
    let process = session.target.process;
    let mut load = open()?;
    let quiet = measure((&mut load, process), None, &plan)?;
    drop(load);
    let before = remember(session, report, "before");
    let mut idle = Vec::with_capacity(all);
    for _ in busy..all {
        idle.push(connect()?);
    }
    let fresh = remember(session, report, "with idle connections, never used");
    for (place, connection) in idle.iter_mut().enumerate() {
        connection.ask(b"NC").map_err(|failure| match failure {
            Failure::Broken(why) => Failure::Broken(format!(
                "idle connection {} of {all}: {why}; raise the target's limit of connections",
                place + 1
            )),
            other => other,
        })?;
    }
    let used = remember(session, report, "with idle connections, each used once");
    let mut load = open()?;
    let outcome = measure((&mut load, process), None, &plan)?;
    remember(session, report, "with one in a hundred busy");
    let slowdown = outcome.latency.p99 / quiet.latency.p99.max(f64::MIN_POSITIVE);
    report.rows.push(Row::new(mix, shape, &outcome, load.traffic.tally.errors, None));
    report.notes.extend(load.traffic.tally.complaints);
    report
        .notes
        .push(format!("p99 with {} idle connections over that without: {slowdown:.2}", idle.len()));
    for (moment, now) in [("never used", fresh), ("used once", used)] {
        if let (Some(before), Some(now), Some(count)) =
            (before, now, u64::try_from(idle.len()).ok().filter(|&count| count > 0))
        {
            let each = now.saturating_sub(before) / count;
            report.notes.push(format!("memory of an idle connection, {moment}: {each} bytes"));
        }
    }
    Ok(())
}

fn remember(session: &Session, report: &mut Report, moment: &str) -> Option<u64> {
    thread::sleep(SETTLE);
    let resident = session.target.process?.resident()?;
    report.memory.push(Memory { moment: moment.to_owned(), resident });
    Some(resident)
}
