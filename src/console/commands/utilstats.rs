//! `UTILSTATS` View the statistics of load.

use appliance::Action;
use host_commands::COMMANDS;

use crate::answers::Yes;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("UTILSTATS", "View load and commands of hosts, and set the counts to zero", run);

/// The same counts as J2 and J4 report.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let (statistics, state) = (desk.appliance().statistics(), desk.state());
    let covered = statistics.covered();
    let seconds = covered.measured().as_secs();
    desk.tell(format!("HSM Serial Number: {}", desk.fact("Serial number").to_owned()))?;
    let time = |moment: Option<vault::Moment>| {
        moment.map_or_else(|| "not known".to_owned(), |moment| moment.to_string())
    };
    desk.tell(format!("Statistics started: {}", time(covered.start)))?;
    if let Some(end) = covered.end {
        desk.tell(format!("Statistics suspended: {}", time(Some(end))))?;
    }
    desk.tell(format!("Report generated: {}", time(state.clock.now())))?;
    desk.tell(format!("Seconds measured: {seconds}"))?;
    let period = state.monitoring.period;
    let load = statistics.recent_load(period);
    desk.tell(format!("Load over the last {period} seconds: {load}%"))?;
    desk.tell("")?;
    desk.tell("Load band    Seconds")?;
    for (band, periods) in (0..).zip(statistics.bands()) {
        let (from, to): (u32, u32) = (10 * band, 10 * band + 10);
        desk.tell(format!("{:<12} {periods:>7}", format!("{from}-{to}%")))?;
    }
    desk.tell("")?;
    let mut ran: Vec<_> = COMMANDS
        .iter()
        .zip(0..)
        .map(|(entry, position)| (entry.spec.code, statistics.runs(position)))
        .filter(|(_, count)| *count > 0)
        .collect();
    ran.sort_unstable();
    if ran.is_empty() {
        desk.tell("No host commands have been processed")?;
    } else {
        desk.tell("Command        Count  Average per second")?;
    }
    for (code, count) in ran {
        let code = code.escape_ascii();
        desk.tell(format!("{code}      {count:>12}  {:>18}", rate(count, seconds)))?;
    }
    let Yes(reset) = desk.ask_as("Reset statistics? [Y/N]: ")?;
    if reset {
        statistics.reset(state.clock.now());
        let event = Action::UtilisationReset.done();
        desk.appliance().audit_if(|options| options.utilisation_resets, event);
        desk.tell("Statistics reset")?;
    }
    Ok(())
}

/// Commands per second with two decimals.
fn rate(count: u64, seconds: u64) -> String {
    let hundredths = 100 * count / seconds.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
