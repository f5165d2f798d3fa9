//! What the benchmark prints.

use super::mix::{Goal, Measure, Mix};
use super::rounds::Outcome;
use super::schedule::Shape;
use super::statistics::{Latency, Quartiles};
use serde::Serialize;
use std::io::{self, Write};

/// All of it.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Report {
    /// What was measured.
    pub(super) target: String,
    /// One for each mix and shape.
    pub(super) rows: Vec<Row>,
    /// Memory of the target in bytes.
    pub(super) memory: Vec<Memory>,
    /// Everything else worth a line.
    pub(super) notes: Vec<String>,
}

/// Memory at one moment.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Memory {
    /// When.
    pub(super) moment: String,
    /// Resident bytes.
    pub(super) resident: u64,
}

/// One mix in one shape.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    mix: &'static str,
    /// What is special about the way to the target; nothing of the first.
    way: &'static str,
    connections: usize,
    depth: usize,
    commands_per_second: f64,
    /// Nanoseconds of CPU time for a command, in the median.
    server_cpu: Option<f64>,
    echo_cpu: Option<f64>,
    client_cpu: Option<f64>,
    ratio: Option<Quartiles>,
    /// CPU time over that of the first way.
    times: Option<Quartiles>,
    /// Microseconds.
    latency: Latency,
    errors: u64,
    goals: Vec<Reached>,
}

/// A goal and what there is of it.
#[derive(Clone, Debug, Serialize)]
struct Reached {
    figure: &'static str,
    value: f64,
    must: f64,
    aim: f64,
}

impl Row {
    /// Of a measurement.
    pub(super) fn new(
        mix: &Mix,
        way: &'static str,
        shape: Shape,
        outcome: &Outcome,
        errors: u64,
    ) -> Self {
        let median = |values: &[f64]| Quartiles::of(values.to_vec()).map(|it| it.median);
        let ratio = outcome.ratio(0.0);
        // Goals are those of a way as it comes. One without a figure, because a process is not known, says nothing.
        let goals = mix.goals.iter().filter(|goal| goal.depth == shape.depth && way.is_empty());
        let goals = goals.filter_map(|goal| {
            let (figure, value) = match goal.measure {
                Measure::Slowdown => return None,
                Measure::Ratio => ("R", ratio.map(|it| it.median)),
                Measure::Efficiency(floor) => ("E", outcome.ratio(floor).map(|it| it.median)),
            };
            Some(Reached { figure, value: value?, must: goal.must, aim: goal.aim })
        });
        Self {
            mix: mix.name,
            way,
            connections: shape.connections,
            depth: shape.depth,
            commands_per_second: outcome.rate,
            server_cpu: median(&outcome.server),
            echo_cpu: median(&outcome.echo),
            client_cpu: median(&outcome.client),
            ratio,
            times: None,
            latency: outcome.latency,
            errors,
            goals: goals.collect(),
        }
    }

    /// The same with its CPU time over that of the first way in the same rounds, and the goal of that.
    pub(super) fn beside(mut self, times: Option<Quartiles>, goal: Option<(f64, f64)>) -> Self {
        let reached = times.zip(goal).map(|(times, (must, aim))| {
            let value = times.median;
            Reached { figure: "times plain", value, must, aim }
        });
        self.goals.extend(reached);
        Self { times, ..self }
    }

    /// The same with the figure of a mix with a slow command.
    pub(super) fn slowed(mut self, mix: &Mix, slowdown: f64) -> Self {
        let goals = mix.goals.iter().filter(|goal| goal.measure == Measure::Slowdown);
        self.goals.extend(goals.map(|&Goal { must, aim, .. }| Reached {
            figure: "slowdown",
            value: slowdown,
            must,
            aim,
        }));
        self
    }

    fn cells(&self) -> [String; 11] {
        let whole =
            |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |it| format!("{it:.0}"));
        let Latency { p50, p99, p999, max } = self.latency;
        let micros = |value: f64| format!("{value:.1}");
        [
            format!("{} {}", self.mix, self.way).trim_end().to_owned(),
            format!("{}x{}", self.connections, self.depth),
            whole(Some(self.commands_per_second)),
            whole(self.server_cpu),
            whole(self.echo_cpu),
            self.ratio.map_or_else(|| "-".to_owned(), ratio),
            format!("{} / {}", micros(p50), micros(p99)),
            micros(p999),
            micros(max),
            self.errors.to_string(),
            self.remarks(),
        ]
    }
}

impl Row {
    fn remarks(&self) -> String {
        let times = self.times.filter(|_| self.goals.is_empty());
        let times = times.map(|times| format!("times plain {}", ratio(times)));
        let goals = self.goals.iter().map(Reached::shown);
        goals.chain(times).collect::<Vec<_>>().join("; ")
    }
}

impl Reached {
    fn shown(&self) -> String {
        let Self { figure, value, must, aim } = self;
        format!("{figure} {value:.2} {} {must:.2} ({aim:.2})", self.relation())
    }

    fn relation(&self) -> &'static str {
        if self.aim < self.must { "<=" } else { ">=" }
    }
}

fn ratio(figure: Quartiles) -> String {
    let Quartiles { lower, median, upper, noisy } = figure;
    let noisy = if noisy { " noisy" } else { "" };
    format!("{median:.2} [{lower:.2}-{upper:.2}]{noisy}")
}

const HEADS: [&str; 11] = [
    "mix",
    "CxD",
    "cmd/s",
    "CPU ns",
    "echo ns",
    "R [quartiles]",
    "p50 / p99 us",
    "p99.9",
    "max",
    "errors",
    "goal (aim)",
];

impl Report {
    /// Whether every reply was right.
    pub(super) fn is_clean(&self) -> bool {
        self.rows.iter().all(|row| row.errors == 0)
    }

    /// Print it, as a table or as JSON.
    pub(super) fn print(&self, json: bool, output: &mut impl Write) -> io::Result<()> {
        if json {
            return writeln!(output, "{}", serde_json::to_string_pretty(self)?);
        }
        writeln!(output, "{}", self.target)?;
        if !self.rows.is_empty() {
            self.table(output)?;
        }
        for Memory { moment, resident } in &self.memory {
            writeln!(output, "memory {moment}: {} KiB", resident / 1024)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(output, "{note}"))
    }

    fn table(&self, output: &mut impl Write) -> io::Result<()> {
        let mut lines = vec![HEADS.map(str::to_owned)];
        lines.extend(self.rows.iter().map(Row::cells));
        let widths: Vec<usize> = (0..HEADS.len())
            .map(|column| {
                let cells = lines.iter().filter_map(|line| line.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        for line in &lines {
            let mut text = String::new();
            for (column, (cell, &width)) in line.iter().zip(&widths).enumerate() {
                // Words to the left, figures to the right.
                let padded = if column == 0 || column == HEADS.len() - 1 {
                    format!("{cell:<width$}  ")
                } else {
                    format!("{cell:>width$}  ")
                };
                text.push_str(&padded);
            }
            writeln!(output, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::mix::MIXES;
    use super::*;

    fn sample() -> Report {
        let outcome = Outcome {
            rate: 151_234.4,
            latency: Latency { p50: 61.25, p99: 120.0, p999: 300.5, max: 9000.0 },
            server: vec![10_000.0; 4],
            echo: vec![7000.0, 7100.0, 7200.0, 7300.0],
            client: vec![6500.0],
        };
        let rows = ["switch", "slow", "cvv"].map(|name| {
            let mix = MIXES.iter().find(|mix| mix.name == name).expect("it is there");
            let row = Row::new(mix, "", Shape { connections: 16, depth: 1 }, &outcome, 0);
            if name == "slow" { row.slowed(mix, 1.25) } else { row }
        });
        Report { target: "test".to_owned(), rows: rows.into(), ..Report::default() }
    }

    #[test]
    fn the_table_is_aligned_and_shows_goals_beside() {
        let mut printed = Vec::new();
        sample().print(false, &mut printed).expect("a vector takes all");
        let printed = String::from_utf8(printed).expect("text");
        let expected = "\
test
mix      CxD   cmd/s  CPU ns  echo ns     R [quartiles]  p50 / p99 us  p99.9     max  errors  goal (aim)
switch  16x1  151234   10000     7150  0.71 [0.71-0.72]  61.2 / 120.0  300.5  9000.0       0  R 0.71 >= 0.65 (0.75)
slow    16x1  151234   10000     7150  0.71 [0.71-0.72]  61.2 / 120.0  300.5  9000.0       0  slowdown 1.25 <= 3.00 (1.50)
cvv     16x1  151234   10000     7150  0.71 [0.71-0.72]  61.2 / 120.0  300.5  9000.0       0
";
        assert_eq!(printed, expected, "\n{printed}");
    }

    #[test]
    fn the_json_has_the_same_figures() {
        let mut printed = Vec::new();
        sample().print(true, &mut printed).expect("a vector takes all");
        let value: serde_json::Value = serde_json::from_slice(&printed).expect("JSON");
        assert_eq!(value["rows"][0]["mix"], "switch");
        assert_eq!(value["rows"][0]["ratio"]["noisy"], false);
        assert_eq!(value["rows"][0]["goals"][0]["must"], 0.65);
        assert_eq!(value["rows"][1]["goals"][0]["value"], 1.25);
    }
}
