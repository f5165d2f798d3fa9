//! The load client: one thread, many connections, each with several commands on their way.

use super::Failure;
use super::connection::{Connection, system};
use super::line::Door;
use super::process::own_cpu;
use super::schedule::{Pace, Schedule, Shape};
use super::traffic::Traffic;
use mio::{Events, Poll, Token};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Without any reply for this long, the target is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// The loop looks at the clock at least this often.
const TICK: Duration = Duration::from_millis(20);

/// What one window of a measurement gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Replies in the measured part.
    pub(super) commands: u64,
    /// Length of the measured part.
    pub(super) elapsed: Duration,
    /// What the probe gained in it.
    pub(super) probe: Option<u64>,
    /// CPU time of the client in it, in nanoseconds.
    pub(super) client_cpu: Option<u64>,
}

/// Open connections to one target.
#[derive(Debug)]
pub(super) struct Load {
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    /// What goes over them.
    pub(super) traffic: Traffic,
    shape: Shape,
    stop: Arc<AtomicBool>,
    next: usize,
    /// Send this template back to back on the last connection, uncounted.
    pub(super) background: Option<usize>,
}

impl Load {
    /// Open the connections, and one more if there may be a background command.
    pub(super) fn open(
        door: &Door,
        shape: Shape,
        header: usize,
        traffic: Traffic,
        stop: Arc<AtomicBool>,
        with_background: bool,
    ) -> Result<Self, Failure> {
        let poll = Poll::new().map_err(|error| system(&error))?;
        let mut connections = Vec::new();
        for place in 0..shape.connections + usize::from(with_background) {
            connections.push(Connection::open(door, header, poll.registry(), Token(place))?);
        }
        let events = Events::with_capacity(1024);
        Ok(Self { poll, events, connections, traffic, shape, stop, next: 0, background: None })
    }

    /// Send for `warm` uncounted and then for `measured` counted, and wait for what is on its way.
    pub(super) fn window(
        &mut self,
        pace: Pace,
        warm: Duration,
        measured: Duration,
        probe: impl Fn() -> Option<u64>,
    ) -> Result<Window, Failure> {
        let mut schedule = Schedule::new(pace);
        self.traffic.tally.recording = false;
        if pace == Pace::Closed {
            for place in 0..self.shape.connections {
                self.refill(place, schedule.start)?;
            }
        }
        self.feed_background(schedule.start)?;
        self.send_until(schedule.start + warm, &mut schedule)?;
        let (client, before, commands) = (own_cpu(), probe(), self.traffic.tally.commands);
        let start = Instant::now();
        self.traffic.tally.recording = true;
        self.send_until(start + measured, &mut schedule)?;
        self.traffic.tally.recording = false;
        let elapsed = start.elapsed();
        let gained = |before: Option<u64>, after: Option<u64>| Some(after?.saturating_sub(before?));
        let window = Window {
            commands: self.traffic.tally.commands - commands,
            elapsed,
            probe: gained(before, probe()),
            client_cpu: gained(client, own_cpu()),
        };
        self.drain()?;
        Ok(window)
    }

    fn send_until(&mut self, end: Instant, schedule: &mut Schedule) -> Result<(), Failure> {
        let mut heard = Instant::now();
        loop {
            let now = Instant::now();
            if now >= end {
                return Ok(());
            }
            let wait = match schedule.pace {
                Pace::Closed => TICK.min(end - now),
                Pace::Open(_) => {
                    self.send_due(schedule, now)?;
                    Duration::ZERO
                }
            };
            if self.turn(wait, schedule.pace == Pace::Closed, true)? {
                heard = now;
            } else if wait.is_zero() {
                thread::yield_now();
            }
            self.check(heard)?;
        }
    }

    /// Wait for every reply that is still to come.
    fn drain(&mut self) -> Result<(), Failure> {
        let mut heard = Instant::now();
        while self.outstanding() {
            if self.turn(TICK, false, false)? {
                heard = Instant::now();
            }
            self.check(heard)?;
        }
        Ok(())
    }

    fn outstanding(&self) -> bool {
        self.connections.iter().any(|connection| connection.outstanding() > 0)
    }

    fn check(&self, heard: Instant) -> Result<(), Failure> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        if heard.elapsed() > PATIENCE && self.outstanding() {
            return Err(Failure::Broken(format!(
                "no reply for {} s with commands on their way",
                PATIENCE.as_secs()
            )));
        }
        Ok(())
    }

    /// Send everything that the schedule wants sent by now.
    fn send_due(&mut self, schedule: &mut Schedule, now: Instant) -> Result<(), Failure> {
        let mut full = 0;
        while full < self.shape.connections {
            let Some(intended) = schedule.due(now) else { return Ok(()) };
            let place = self.next;
            self.next = if place + 1 < self.shape.connections { place + 1 } else { 0 };
            let Some(connection) = self.connections.get_mut(place) else { return Ok(()) };
            if connection.outstanding() >= self.shape.depth {
                // What cannot go now stays due: its waiting counts.
                full += 1;
                continue;
            }
            full = 0;
            schedule.sent += 1;
            let drawn = self.traffic.deck.draw();
            connection.send(&self.traffic, drawn, intended);
            connection
                .flush(self.poll.registry(), Token(place))
                .map_err(|it| broken(place, &it))?;
        }
        Ok(())
    }

    /// Handle what the sockets have; true when there was a reply.
    fn turn(&mut self, wait: Duration, refill: bool, background: bool) -> Result<bool, Failure> {
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        match self.poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(system(&error)),
            _ => {}
        }
        let mut heard = false;
        for event in &events {
            let place = event.token().0;
            let Some(connection) = self.connections.get_mut(place) else { continue };
            let apart = place == self.shape.connections;
            let replies = connection.receive(&mut self.traffic, apart);
            let replies = replies.map_err(|error| broken(place, &error))?;
            heard |= replies > 0;
            if apart && background {
                self.feed_background(Instant::now())?;
            } else if refill && !apart && replies > 0 {
                self.refill(place, Instant::now())?;
            } else if connection.blocked {
                connection
                    .flush(self.poll.registry(), event.token())
                    .map_err(|error| broken(place, &error))?;
            }
        }
        self.events = events;
        Ok(heard)
    }

    fn refill(&mut self, place: usize, now: Instant) -> Result<(), Failure> {
        let Some(connection) = self.connections.get_mut(place) else { return Ok(()) };
        while connection.outstanding() < self.shape.depth {
            let drawn = self.traffic.deck.draw();
            connection.send(&self.traffic, drawn, now);
        }
        let flushed = connection.flush(self.poll.registry(), Token(place));
        flushed.map_err(|error| broken(place, &error))
    }

    fn feed_background(&mut self, now: Instant) -> Result<(), Failure> {
        let place = self.shape.connections;
        let (Some(template), Some(connection)) = (self.background, self.connections.get_mut(place))
        else {
            return Ok(());
        };
        if connection.outstanding() == 0 {
            connection.send(&self.traffic, template, now);
        }
        let flushed = connection.flush(self.poll.registry(), Token(place));
        flushed.map_err(|error| broken(place, &error))
    }
}

fn broken(place: usize, error: &io::Error) -> Failure {
    Failure::Broken(format!(
        "connection {} broke: {error}; does the target allow so many connections?",
        place + 1
    ))
}

#[cfg(test)]
mod tests {
    use super::super::echo::{shadow, tests::Running};
    use super::super::traffic::{Deck, Expected, Template};
    use super::*;

    fn load(server: &Running, shape: Shape, wrong: bool) -> Load {
        let template = |(length, reply)| {
            let (request, mut answer) = shadow(length, reply);
            answer.extend(wrong.then_some(0));
            Template { request, expected: Expected::Exact(answer) }
        };
        let templates = [(150, 60), (10, 4), (9000, 9000)].map(template);
        let deck = Deck::new(&[(8, 2), (1, 1)]);
        let traffic = Traffic::new(Arc::from(templates), deck).expect("the bounds are right");
        Load::open(&Door::plain(server.address), shape, 4, traffic, Arc::default(), true)
            .expect("it listens")
    }

    #[test]
    fn a_closed_loop_keeps_every_reply_in_step() {
        let server = Running::start(4);
        for shape in [(1, 1), (4, 1), (4, 16), (20, 3)] {
            let shape = Shape { connections: shape.0, depth: shape.1 };
            let mut load = load(&server, shape, false);
            for _ in 0..2 {
                let part = Duration::from_millis(20);
                let window = load.window(Pace::Closed, part, part, || Some(7)).expect("it answers");
                assert!(window.commands > 0, "{window:?}");
                assert_eq!(window.probe, Some(0));
            }
            assert_eq!((load.traffic.tally.errors, load.outstanding()), (0, false));
            assert_eq!(load.traffic.tally.latency.len(), load.traffic.tally.commands);
        }
    }

    #[test]
    fn an_open_loop_sends_what_the_rate_asks_for() {
        let server = Running::start(4);
        let mut load = load(&server, Shape { connections: 3, depth: 500 }, false);
        load.background = Some(0);
        let part = Duration::from_millis(100);
        let window = load.window(Pace::Open(1000), part / 10, part, || None).expect("it answers");
        assert!((10..=400).contains(&window.commands), "{window:?}");
        assert_eq!(load.traffic.tally.errors, 0);
        assert!(load.traffic.tally.background > 0);
    }

    #[test]
    fn wrong_replies_are_errors_and_not_the_end() {
        let server = Running::start(4);
        let mut load = load(&server, Shape { connections: 2, depth: 2 }, true);
        let part = Duration::from_millis(10);
        load.window(Pace::Closed, part, part, || None).expect("it answers");
        assert!(load.traffic.tally.errors >= load.traffic.tally.commands);
    }
}
