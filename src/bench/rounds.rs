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
    /// With so many rounds, or as many as fit into a minute for so many measurements.
    pub(super) fn new(rounds: Option<usize>, measurements: usize, pace: Pace) -> Self {
        let round = 2 * (WARM + MEASURED);
        let all = u32::try_from(measurements.max(1)).unwrap_or(u32::MAX);
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
}

/// Measure a target; with another load to set it against, window by window in turn, the order
/// swapped each round.
pub(super) fn measure(
    target: (&mut Load, Option<Process>),
    mut echo: Option<(&mut Load, Option<Process>)>,
    plan: &Plan,
) -> Result<Outcome, Failure> {
    let (load, process) = target;
    let mut outcome = Outcome::default();
    let (mut commands, mut seconds) = (0, 0.0);
    for round in 0..plan.rounds {
        let mut windows = (None, None);
        for turn in 0..2 {
            if turn == round % 2 {
                let Some((load, process)) = &mut echo else { continue };
                let process = *process;
                windows.0 = Some(window(load, plan, || process?.cpu())?);
            } else {
                let done = window(load, plan, || process?.cpu())?;
                commands += done.commands;
                seconds += done.elapsed.as_secs_f64();
                windows.1 = Some(done);
            }
        }
        let (echo, server) = windows;
        if let Some(nanos) = server.and_then(|window| each(window.client_cpu, &window)) {
            outcome.client.push(nanos);
        }
        if let Some(nanos) = server.and_then(|window| each(window.probe, &window)) {
            outcome.server.push(nanos);
            // Only whole rounds, so that the two lists stay in step.
            outcome.echo.extend(echo.and_then(|window| each(window.probe, &window)));
        }
    }
    outcome.rate = if seconds > 0.0 { float(commands) / seconds } else { 0.0 };
    outcome.latency = Latency::of(&load.traffic.tally.latency);
    Ok(outcome)
}

fn window(
    load: &mut Load,
    plan: &Plan,
    probe: impl Fn() -> Option<u64>,
) -> Result<Window, Failure> {
    load.window(plan.pace, plan.warm, plan.measured, probe)
}

/// Nanoseconds for one command.
fn each(nanos: Option<u64>, window: &Window) -> Option<f64> {
    (window.commands > 0).then_some(float(nanos?) / float(window.commands))
}

#[cfg(test)]
mod tests {
    use super::super::echo::{shadow, tests::Running};
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
            Load::open(server.address, shape, 4, traffic, Arc::default(), false)
        };
        let (mut one, mut other) = (open().expect("it listens"), open().expect("it listens"));
        let part = Duration::from_millis(20);
        let plan = Plan { rounds: 4, warm: part, measured: 2 * part, pace: Pace::Closed };
        let own = Process(std::process::id());
        let outcome = measure((&mut one, Some(own)), Some((&mut other, Some(own))), &plan)
            .expect("it answers");
        assert!(outcome.rate > 0.0 && outcome.latency.p50 > 0.0, "{outcome:?}");
        if cfg!(target_os = "linux") {
            assert_eq!((outcome.server.len(), outcome.echo.len()), (4, 4));
            let ratio = outcome.ratio(0.0).expect("four rounds").median;
            assert!((0.01..100.0).contains(&ratio), "{ratio}");
            assert!(outcome.ratio(1e6).expect("four rounds").median > ratio);
        }
    }

    #[test]
    fn a_run_fits_into_a_minute() {
        let rounds = |rounds, measurements| Plan::new(rounds, measurements, Pace::Closed).rounds;
        assert_eq!(rounds(None, 1), 20);
        assert_eq!(rounds(None, 2), 20);
        assert_eq!(rounds(None, 10), 6);
        assert_eq!(rounds(None, 1000), 3);
        assert_eq!(rounds(Some(100), 10), 100);
    }
}
