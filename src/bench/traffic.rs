//! What is sent, what must come back, and what was seen.

use super::Failure;
use super::ask::shown;
use super::statistics::histogram;
use hdrhistogram::Histogram;
use std::sync::Arc;

/// Complaints that are kept in words; further ones are counted.
const IN_WORDS: usize = 5;

/// What the reply to a request has to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Expected {
    /// These bytes, header apart.
    Exact(Vec<u8>),
    /// As long as this, with its first four bytes (reply code and error code): a random command.
    Like(Vec<u8>),
    /// Beginning with these four bytes, of whatever length.
    Begins([u8; 4]),
}

impl Expected {
    fn holds(&self, reply: &[u8]) -> bool {
        match self {
            Self::Exact(right) => reply == right.as_slice(),
            Self::Like(right) => reply.len() == right.len() && reply.get(..4) == right.get(..4),
            Self::Begins(right) => reply.starts_with(right),
        }
    }

    fn wanted(&self) -> &[u8] {
        match self {
            Self::Exact(right) | Self::Like(right) => right,
            Self::Begins(right) => right,
        }
    }
}

/// A request without header, and what must come back.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// Command code and data.
    pub(super) request: Vec<u8>,
    /// The reply.
    pub(super) expected: Expected,
}

impl Template {
    /// Bytes of the reply without header.
    pub(super) fn reply_length(&self) -> usize {
        self.expected.wanted().len()
    }
}

/// Requests in an order that keeps the shares of a mix.
#[derive(Clone, Debug, Default)]
pub(super) struct Deck {
    /// Which part comes next.
    order: Vec<usize>,
    place: usize,
    /// For each part, its first template, how many it has, and which is next.
    parts: Vec<(usize, usize, usize)>,
}

impl Deck {
    /// Parts, each with its share and the number of its templates, which lie one after the other.
    ///
    /// The order is shuffled with a fixed rule: every run sends the same sequence.
    pub(super) fn new(shares: &[(usize, usize)]) -> Self {
        let mut deck = Self::default();
        let mut first = 0;
        for (part, &(share, templates)) in shares.iter().enumerate() {
            deck.order.extend(std::iter::repeat_n(part, share));
            deck.parts.push((first, templates, 0));
            first += templates;
        }
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for last in (1..deck.order.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let other = usize::try_from(state % (last as u64 + 1)).unwrap_or(last);
            deck.order.swap(last, other);
        }
        deck
    }

    /// The next template.
    pub(super) fn draw(&mut self) -> usize {
        let part = self.order.get(self.place).copied().unwrap_or_default();
        self.place = if self.place + 1 < self.order.len() { self.place + 1 } else { 0 };
        self.parts.get_mut(part).map_or(0, |(first, templates, next)| {
            let drawn = *first + *next;
            *next = if *next + 1 < *templates { *next + 1 } else { 0 };
            drawn
        })
    }
}

/// What was seen.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// Replies are counted and timed only while this is set.
    pub(super) recording: bool,
    /// Replies while recording.
    pub(super) commands: u64,
    /// Replies to the command in the background, recording or not.
    pub(super) background: u64,
    /// Wrong replies, recording or not.
    pub(super) errors: u64,
    /// The first of them in words.
    pub(super) complaints: Vec<String>,
    /// Nanoseconds from sending to reply.
    pub(super) latency: Histogram<u64>,
}

/// Templates, the order they go in, and what was seen.
#[derive(Clone, Debug)]
pub(super) struct Traffic {
    pub(super) templates: Arc<[Template]>,
    pub(super) deck: Deck,
    pub(super) tally: Tally,
}

impl Traffic {
    /// Nothing sent yet.
    pub(super) fn new(templates: Arc<[Template]>, deck: Deck) -> Result<Self, Failure> {
        let tally = Tally {
            recording: false,
            commands: 0,
            background: 0,
            errors: 0,
            complaints: Vec::new(),
            latency: histogram()?,
        };
        Ok(Self { templates, deck, tally })
    }

    /// Check and count a reply; one without a latency is to the command in the background.
    pub(super) fn take(
        &mut self,
        index: usize,
        header_right: bool,
        reply: &[u8],
        nanos: Option<u64>,
    ) {
        let template = self.templates.get(index);
        let right = header_right && template.is_some_and(|it| it.expected.holds(reply));
        if !right {
            self.tally.errors += 1;
            if self.tally.complaints.len() < IN_WORDS {
                let request = shown(template.map_or(&[], |it| &it.request));
                let wanted = shown(template.map_or(&[], |it| it.expected.wanted()));
                let header = if header_right { "" } else { "another header and " };
                let reply = shown(reply);
                let words = format!("{request} answered {header}{reply} instead of {wanted}");
                self.tally.complaints.push(words);
            }
        }
        match nanos {
            None => self.tally.background += 1,
            Some(nanos) if self.tally.recording => {
                self.tally.commands += 1;
                self.tally.latency.saturating_record(nanos);
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_deck_keeps_the_shares_and_uses_every_template_equally() {
        let mut deck = Deck::new(&[(50, 64), (49, 3), (1, 1)]);
        let mut seen = HashMap::new();
        for _ in 0..6400 {
            *seen.entry(deck.draw()).or_insert(0) += 1;
        }
        assert!((0..64).all(|index| seen[&index] == 50));
        let few = [seen[&64], seen[&65], seen[&66]];
        assert_eq!(few.iter().sum::<i32>(), 49 * 64);
        assert!(few.iter().all(|count| (1045..=1046).contains(count)), "{few:?}");
        assert_eq!(seen[&67], 64);
    }

    #[test]
    fn wrong_replies_are_counted_and_the_first_are_told() {
        let template = |expected| Template { request: b"CW".to_vec(), expected };
        let templates = [
            template(Expected::Exact(b"CX00123".to_vec())),
            template(Expected::Like(b"A100U1234".to_vec())),
            template(Expected::Begins(*b"EJ00")),
        ];
        let mut traffic = Traffic::new(Arc::from(templates), Deck::new(&[(1, 3)])).expect("bounds");
        traffic.take(0, true, b"CX00123", Some(1));
        traffic.take(1, true, b"A100U5678", Some(1));
        traffic.take(2, true, b"EJ00 whatever", Some(1));
        assert_eq!(traffic.tally.errors, 0);
        traffic.take(0, true, b"CX00124", Some(1));
        traffic.take(0, false, b"CX00123", Some(1));
        traffic.take(1, true, b"A100U123", Some(1));
        traffic.take(1, true, b"A168U5678", Some(1));
        traffic.take(2, true, b"EJ68", Some(1));
        traffic.take(9, true, b"", Some(1));
        assert_eq!(traffic.tally.errors, 6);
        assert_eq!(traffic.tally.complaints.len(), 5);
        assert_eq!(traffic.tally.complaints[0], "CW answered CX00124 instead of CX00123");
        assert_eq!(traffic.tally.commands, 0);
    }
}
