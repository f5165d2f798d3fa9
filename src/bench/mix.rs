//! What is measured: the mixes and their goals.

use super::keys::Lmk;
use super::recipes::{self, Recipe};

/// A share of a mix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Of the sum of all shares.
    pub(super) share: usize,
    /// How its commands are made.
    pub(super) recipe: Recipe,
    /// Its replies differ each time.
    pub(super) random: bool,
    /// It is one command, not one for each key.
    pub(super) single: bool,
}

impl Part {
    const fn of(share: usize, recipe: Recipe) -> Self {
        Self { share, recipe, random: false, single: false }
    }

    const fn single(self) -> Self {
        Self { single: true, ..self }
    }

    const fn random(self) -> Self {
        Self { random: true, single: true, ..self }
    }
}

/// What a goal is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    /// R: CPU time of the reference server over that of the target.
    Ratio,
    /// E: that of the reference server and the bare cryptography (in nanoseconds) over that of the
    /// target.
    Efficiency(f64),
    /// The 99th percentile with the slow command running over that without.
    Slowdown,
}

/// A figure to reach, printed beside the result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Goal {
    /// Commands on their way on each connection for which it is meant.
    pub(super) depth: usize,
    /// What it is about.
    pub(super) measure: Measure,
    /// Good.
    pub(super) must: f64,
    /// As good as can be.
    pub(super) aim: f64,
}

/// Commands and their shares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mix {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) about: &'static str,
    /// What its keys stand under.
    pub(super) lmk: Lmk,
    /// What it consists of.
    pub(super) parts: &'static [Part],
    /// A slow command that runs back to back on one more connection, at half the capacity.
    pub(super) background: Option<Recipe>,
    /// What is to be reached.
    pub(super) goals: &'static [Goal],
}

const fn goal(depth: usize, measure: Measure, must: f64, aim: f64) -> Goal {
    Goal { depth, measure, must, aim }
}

/// What a payment switch sends.
const SWITCH: &[Part] = &[
    Part::of(20, recipes::ca),
    Part::of(20, recipes::cc),
    Part::of(8, recipes::dc),
    Part::of(7, recipes::ec),
    Part::of(15, recipes::cy),
    Part::of(10, recipes::m6_256),
    Part::of(5, recipes::m8_256),
    Part::of(10, recipes::kq),
    Part::of(2, recipes::g0),
    Part::of(1, recipes::a0).random(),
    Part::of(1, recipes::bu),
    Part::of(1, recipes::nc).single(),
];

/// Every mix.
pub(super) const MIXES: &[Mix] = &[
    Mix {
        name: "nc",
        about: "NC alone: the transport",
        lmk: Lmk::Variant,
        parts: &[Part::of(1, recipes::nc).single()],
        background: None,
        goals: &[goal(1, Measure::Ratio, 0.80, 0.92), goal(16, Measure::Ratio, 0.60, 0.80)],
    },
    Mix {
        name: "pin",
        about: "CA alone: PIN translation from TPK to ZPK",
        lmk: Lmk::Variant,
        parts: &[Part::of(1, recipes::ca)],
        background: None,
        goals: &[
            goal(1, Measure::Ratio, 0.70, 0.80),
            goal(16, Measure::Efficiency(1602.0), 0.75, 0.87),
        ],
    },
    Mix {
        name: "cvv",
        about: "CW and CY in equal shares",
        lmk: Lmk::Variant,
        parts: &[Part::of(1, recipes::cw), Part::of(1, recipes::cy)],
        background: None,
        goals: &[goal(16, Measure::Efficiency(889.0), 0.75, 0.87)],
    },
    Mix {
        name: "switch",
        about: "what a payment switch sends: PINs, CVVs, MACs, cryptograms",
        lmk: Lmk::Variant,
        parts: SWITCH,
        background: None,
        goals: &[
            goal(1, Measure::Ratio, 0.65, 0.75),
            goal(16, Measure::Efficiency(2000.0), 0.75, 0.87),
        ],
    },
    Mix {
        name: "keyblock",
        about: "switch under the AES key-block LMK (id 02)",
        lmk: Lmk::KeyBlock("02"),
        parts: SWITCH,
        background: None,
        goals: &[],
    },
    Mix {
        name: "bulk",
        about: "M6, M0 and M2 with 4 KiB and with 32,000 bytes",
        lmk: Lmk::Variant,
        parts: &[
            Part::of(8, recipes::m6_4k),
            Part::of(8, recipes::m0_4k),
            Part::of(8, recipes::m2_4k),
            Part::of(1, recipes::m6_32k),
            Part::of(1, recipes::m0_32k),
            Part::of(1, recipes::m2_32k),
        ],
        background: None,
        goals: &[],
    },
    Mix {
        name: "slow",
        about: "switch at half the capacity, while one more connection generates RSA keys",
        lmk: Lmk::Variant,
        parts: SWITCH,
        background: Some(recipes::ei),
        goals: &[goal(0, Measure::Slowdown, 3.0, 1.5)],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_the_switch_mix_is_counted_in_hundredths() {
        let mut names: Vec<&str> = MIXES.iter().map(|mix| mix.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), MIXES.len());
        assert_eq!(SWITCH.iter().map(|part| part.share).sum::<usize>(), 100);
        assert!(MIXES.iter().all(|mix| mix.parts.iter().all(|part| part.share > 0)));
    }
}
