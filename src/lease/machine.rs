//! A state machine as data: who may go where, and when.

use std::fmt;

/// A name that people read.
pub trait Named: Copy + Eq + fmt::Debug + 'static {
    /// What it is called, or, of a guard, the sentence that has to hold.
    fn name(self) -> &'static str;
}

/// One way from some states to another.
#[derive(Clone, Copy, Debug)]
pub struct Row<S: 'static, E, G: 'static, F: 'static> {
    /// States in which the event is expected.
    pub from: &'static [S],
    /// What happens.
    pub event: E,
    /// What has to hold.
    pub guards: &'static [G],
    /// The state after it.
    pub to: S,
    /// What is done on the way, in this order.
    pub effects: &'static [F],
}

/// States, events, guards and effects.
#[derive(Clone, Copy, Debug)]
pub struct Machine<S: 'static, E: 'static, G: 'static, F: 'static> {
    /// What it describes.
    pub title: &'static str,
    /// Where it begins.
    pub start: S,
    /// Every way. Of several for one event in one state, the first counts whose guards hold.
    pub rows: &'static [Row<S, E, G, F>],
}

/// The way that was taken, or why nothing happens.
pub type Step<S, E, G, F> = Result<&'static Row<S, E, G, F>, Refusal<S, E, G>>;

/// Why nothing happens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal<S, E, G> {
    /// The event is not expected in this state.
    Unexpected {
        /// The state.
        state: S,
        /// The event.
        event: E,
    },
    /// It is, but something does not hold.
    Unmet {
        /// The state.
        state: S,
        /// The event.
        event: E,
        /// What does not hold.
        guard: G,
    },
}

impl<S: Named, E: Named, G: Named> fmt::Display for Refusal<S, E, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unexpected { state, event } => {
                write!(f, "{} is not possible in state {}", event.name(), state.name())
            }
            Self::Unmet { state, event, guard } => {
                let (event, state, guard) = (event.name(), state.name(), guard.name());
                write!(f, "{event} in state {state} is possible only if {guard}")
            }
        }
    }
}

impl<S: Named, E: Named, G: Named> std::error::Error for Refusal<S, E, G> {}

impl<S: Named, E: Named, G: Named, F: Named> Machine<S, E, G, F> {
    /// The way that `event` opens, if its guards hold.
    ///
    /// # Errors
    /// The event is not expected, or the first guard that does not hold of the last way for it.
    pub fn step(&self, state: S, event: E, holds: impl Fn(G) -> bool) -> Step<S, E, G, F> {
        let mut refusal = Refusal::Unexpected { state, event };
        for row in self.rows.iter().filter(|row| row.event == event && row.from.contains(&state)) {
            match row.guards.iter().find(|guard| !holds(**guard)) {
                None => return Ok(row),
                Some(guard) => refusal = Refusal::Unmet { state, event, guard: *guard },
            }
        }
        Err(refusal)
    }

    /// Every state, in the order in which the rows name them.
    pub fn states(&self) -> Vec<S> {
        let mut states = vec![self.start];
        for state in self.rows.iter().flat_map(|row| row.from.iter().chain([&row.to])) {
            if !states.contains(state) {
                states.push(*state);
            }
        }
        states
    }

    /// The machine as Markdown: a diagram that Mermaid draws, and its rows in words.
    pub fn diagram(&self) -> String {
        let ways = self.rows.iter().flat_map(|row| row.from.iter().map(move |from| (*from, row)));
        let arrows = ways.map(|(from, row)| {
            format!("    {} --> {}: {}", from.name(), row.to.name(), row.event.name())
        });
        let words = self.rows.iter().map(|row| {
            let (from, guards) = (listed(row.from, ", "), listed(row.guards, "; "));
            let (event, effects) = (row.event.name(), listed(row.effects, "; "));
            format!("| {from} | {event} | {guards} | {effects} | {} |", row.to.name())
        });
        let lines = [format!("## {}\n\n```mermaid\nstateDiagram-v2", self.title)]
            .into_iter()
            .chain([format!("    [*] --> {}", self.start.name())])
            .chain(arrows)
            .chain([
                "```\n\n| State | Event | If | Then | Next state |\n|---|---|---|---|---|".into()
            ])
            .chain(words);
        let mut out = lines.collect::<Vec<_>>().join("\n");
        out.push('\n');
        out
    }
}

fn listed<N: Named>(all: &[N], between: &str) -> String {
    all.iter().map(|one| one.name()).collect::<Vec<_>>().join(between)
}

/// Gives the values of an enum their names.
macro_rules! names {
    ($(#[$meta:meta])* $kind:ident { $($(#[$doc:meta])* $value:ident = $name:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $kind {
            $(#[doc = concat!("`", $name, "`")] $(#[$doc])* $value),*
        }

        impl $crate::machine::Named for $kind {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name),*
                }
            }
        }

        impl $kind {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];
        }
    };
}

pub(crate) use names;

/// Reads and writes the values of a named enum by their names.
macro_rules! by_name {
    ($kind:ident) => {
        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::machine::Named::name(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $kind {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                let found =
                    Self::ALL.iter().find(|one| $crate::machine::Named::name(**one) == name);
                found.copied().ok_or_else(|| {
                    serde::de::Error::custom(format_args!("there is no state {name}"))
                })
            }
        }
    };
}

pub(crate) use by_name;
