//! Many idle connections: what they cost in memory, and what the busy few notice of them.

use super::ask::Asker;
use super::client::Load;
use super::mix::MIXES;
use super::prepare::prepare;
use super::report::{Memory, Report, Row};
use super::rounds::{Plan, measure};
use super::schedule::{Pace, Shape};
use super::target::Way;
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
pub(super) fn run(session: &Session, way: &Way, report: &mut Report) -> Result<(), Failure> {
    let all = session.arguments.connections.unwrap_or(CONNECTIONS);
    let busy = (all / BUSY).max(1);
    let shape =
        Shape { connections: busy, depth: session.arguments.depth.map_or(1, |depth| depth.max(1)) };
    let Some(mix) = MIXES.iter().find(|mix| mix.name == "switch") else { return Ok(()) };
    let (door, header) = (&way.door, session.arguments.header);
    let connect = || Asker::connect(door, header, Arc::clone(&session.stop));
    let prepared = prepare(mix, &mut connect()?, session.arguments.keys)?;
    let traffic = Traffic::new(Arc::clone(&prepared.templates), prepared.deck.clone())?;
    let open = || Load::open(door, shape, header, traffic.clone(), session.stop.clone(), false);
    let plan = Plan::new(session.arguments.rounds, 4, 2, Pace::Closed);
    let alone = |load: &mut Load| {
        let outcomes = measure(&mut [(load, way.process)], None, &plan)?;
        Ok::<_, Failure>(outcomes.into_iter().next().unwrap_or_default())
    };
    let quiet = alone(&mut open()?)?;
    let before = remember(way, report, "before");
    let mut idle = Vec::with_capacity(all);
    for _ in busy..all {
        idle.push(connect()?);
    }
    let fresh = remember(way, report, "with idle connections, never used");
    for (place, connection) in idle.iter_mut().enumerate() {
        connection.ask(b"NC").map_err(|failure| match failure {
            Failure::Broken(why) => Failure::Broken(format!(
                "idle connection {} of {all}: {why}; raise the target's limit of connections",
                place + 1
            )),
            other => other,
        })?;
    }
    let used = remember(way, report, "with idle connections, each used once");
    let mut load = open()?;
    let outcome = alone(&mut load)?;
    remember(way, report, "with one in a hundred busy");
    let slowdown = outcome.latency.p99 / quiet.latency.p99.max(f64::MIN_POSITIVE);
    report.rows.push(Row::new(mix, way.name, shape, &outcome, load.traffic.tally.errors));
    report.notes.extend(load.traffic.tally.complaints);
    report.notes.push(format!(
        "{}p99 with {} idle connections over that without: {slowdown:.2}",
        way.prefix(),
        idle.len()
    ));
    for (moment, now) in [("never used", fresh), ("used once", used)] {
        if let (Some(before), Some(now), Some(count)) =
            (before, now, u64::try_from(idle.len()).ok().filter(|&count| count > 0))
        {
            let each = now.saturating_sub(before) / count;
            report.notes.push(format!(
                "{}memory of an idle connection, {moment}: {each} bytes",
                way.prefix()
            ));
        }
    }
    Ok(())
}

fn remember(way: &Way, report: &mut Report, moment: &str) -> Option<u64> {
    thread::sleep(SETTLE);
    let resident = way.process?.resident()?;
    let moment = format!("{}{moment}", way.prefix());
    report.memory.push(Memory { moment, resident });
    Some(resident)
}
