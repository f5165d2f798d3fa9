//! The protocol of a measurement: short windows, interleaved with the reference server.

use super::Failure;
use super::client::{Load, Window};
use super::process::Process;
use super::schedule::Pace;
use super::statistics::{Latency, Quartiles, float};
use std::time::Duration;

/// At the start of each window this is not counted.
const WARM: Duration = Duration::from_millis(100);
/// The rest of a window of 0.4 s is.
const MEASURED: Duration = Duration::from_millis(300);
/// Rounds of one measurement where nothing else is asked for.
const ROUNDS: usize = 20;
/// Fewer rounds are not worth a median.
const FEWEST: usize = 3;
/// All windows of a run shall take no longer than this.
const RUN: Duration = Duration::from_secs(48);

/// How a measurement is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Rounds, each of one window for each server.
    pub(super) rounds: usize,
    /// Uncounted start of a window.
    pub(super) warm: Duration,
    /// Counted rest of it.
    pub(super) measured: Duration,
    /// When commands are sent.
    pub(super) pace: Pace,
}

impl Plan {
    /// With so many rounds, or as many as fit into a minute for so many measurements of so many loads each.
    pub(super) fn new(
        rounds: Option<usize>,
        measurements: usize,
        loads: usize,
        pace: Pace,
    ) -> Self {
        let count = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
        let round = count(loads) * (WARM + MEASURED);
        let all = count(measurements);
        let fit = (RUN / all).as_millis() / round.as_millis();
        let fit = usize::try_from(fit).unwrap_or(ROUNDS).clamp(FEWEST, ROUNDS);
        Self { rounds: rounds.unwrap_or(fit), warm: WARM, measured: MEASURED, pace }
    }
}

/// What a measurement gave.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    /// Commands a second.
    pub(super) rate: f64,
    /// Latency over all windows.
    pub(super) latency: Latency,
    /// CPU time of the target for a command in each round, in nanoseconds.
    pub(super) server: Vec<f64>,
    /// That of the reference server, in the same rounds.
    pub(super) echo: Vec<f64>,
    /// That of the client against the target.
    pub(super) client: Vec<f64>,
}

impl Outcome {
    /// Quartiles over the rounds of the reference server's CPU time, with `floor` nanoseconds added,
    /// over that of the target.
    pub(super) fn ratio(&self, floor: f64) -> Option<Quartiles> {
        let rounds = self.echo.iter().zip(&self.server);
        Quartiles::of(rounds.map(|(echo, server)| (echo + floor) / server).collect())
    }

    /// Quartiles over the rounds of the target's CPU time, over that of another target that was measured beside it.
    pub(super) fn times(&self, other: &Self) -> Option<Quartiles> {
        let rounds = self.server.iter().zip(&other.server);
        Quartiles::of(rounds.map(|(own, other)| own / other).collect())
    }
}

/// A load, and the process that it is put on, if that is known.
pub(super) type Loaded<'l> = (&'l mut Load, Option<Process>);

/// Measure targets beside each other, and beside a reference server if there is one: window by window in turn, another one
/// first in each round. All figures of an outcome are of the same rounds.
pub(super) fn measure<'l>(
    targets: &mut [Loaded<'l>],
    mut echo: Option<Loaded<'l>>,
    plan: &Plan,
) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes = vec![Outcome::default(); targets.len()];
    let mut totals = vec![(0, 0.0); targets.len()];
    for round in 0..plan.rounds {
        let mut all: Vec<_> = targets.iter_mut().chain(&mut echo).collect();
        let mut windows = vec![None; all.len()];
        for turn in 0..all.len() {
            let place = (turn + round) % all.len();
            let (load, process) = &mut *all[place];
            let process = *process;
            let probe = || process?.cpu();
            windows[place] = Some(load.window(plan.pace, plan.warm, plan.measured, probe)?);
        }
        let nanos = windows.iter().map(|window| each(window.as_ref(), |window| window.probe));
        let nanos: Option<Vec<_>> = nanos.collect();
        for (place, window) in windows.iter().flatten().take(targets.len()).enumerate() {
            totals[place].0 += window.commands;
            totals[place].1 += window.elapsed.as_secs_f64();
            let outcome = &mut outcomes[place];
            outcome.client.extend(each(Some(window), |window| window.client_cpu));
            // Only whole rounds, so that the lists stay in step.
            if let Some(nanos) = &nanos {
                outcome.server.push(nanos[place]);
                outcome.echo.extend(nanos.get(targets.len()));
            }
        }
    }
    for ((outcome, (load, _)), (commands, seconds)) in outcomes.iter_mut().zip(targets).zip(totals)
    {
        outcome.rate = if seconds > 0.0 { float(commands) / seconds } else { 0.0 };
        outcome.latency = Latency::of(&load.traffic.tally.latency);
    }
    Ok(outcomes)
}

/// Nanoseconds for one command.
fn each(window: Option<&Window>, nanos: fn(&Window) -> Option<u64>) -> Option<f64> {
    let window = window?;
    (window.commands > 0).then_some(float(nanos(window)?) / float(window.commands))
}

#[cfg(test)]
mod tests {
    use super::super::echo::{shadow, tests::Running};
    use super::super::line::Door;
    use super::super::schedule::Shape;
    use super::super::traffic::{Deck, Expected, Template, Traffic};
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_server_compared_with_itself_has_a_ratio_near_one() {
        let server = Running::start(4);
        let (request, answer) = shadow(150, 60);
        let template = Template { request, expected: Expected::Exact(answer) };
        let traffic = Traffic::new(Arc::from([template]), Deck::new(&[(1, 1)])).expect("bounds");
        let open = || {
            let shape = Shape { connections: 4, depth: 2 };
            let traffic = traffic.clone();
            Load::open(&Door::plain(server.address), shape, 4, traffic, Arc::default(), false)
        };
        let [mut one, mut other, mut third] = [(); 3].map(|()| open().expect("it listens"));
        let part = Duration::from_millis(20);
        let plan = Plan { rounds: 4, warm: part, measured: 2 * part, pace: Pace::Closed };
        let own = Process(std::process::id());
        let mut targets = [(&mut one, Some(own)), (&mut third, Some(own))];
        let outcomes = measure(&mut targets, Some((&mut other, Some(own))), &plan);
        let outcomes = outcomes.expect("it answers");
        let [outcome, beside] = &outcomes[..] else { panic!("two targets: {outcomes:?}") };
        assert!(outcome.rate > 0.0 && outcome.latency.p50 > 0.0, "{outcome:?}");
        if cfg!(target_os = "linux") {
            assert_eq!((outcome.server.len(), outcome.echo.len()), (4, 4));
            let ratio = outcome.ratio(0.0).expect("four rounds").median;
            assert!((0.01..100.0).contains(&ratio), "{ratio}");
            assert!(outcome.ratio(1e6).expect("four rounds").median > ratio);
            let times = beside.times(outcome).expect("four rounds").median;
            assert!((0.01..100.0).contains(&times), "{times}");
        }
    }

    #[test]
    fn a_run_fits_into_a_minute() {
        let rounds = |rounds, measurements| Plan::new(rounds, measurements, 2, Pace::Closed).rounds;
        assert_eq!(rounds(None, 1), 20);
        assert_eq!(rounds(None, 2), 20);
        assert_eq!(rounds(None, 10), 6);
        assert_eq!(rounds(None, 1000), 3);
        assert_eq!(rounds(Some(100), 10), 100);
    }
}
