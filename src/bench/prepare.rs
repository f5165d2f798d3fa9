//! From a mix to the requests that are sent, each asked once so that its reply is known.

use super::Failure;
use super::ask::{Asker, shown, success};
use super::echo::shadow;
use super::keys::{Kit, Lmk};
use super::mix::{Mix, Part};
use super::traffic::{Deck, Expected, Template};
use std::sync::Arc;

/// Room that the requests of one part may take: long ones are fewer than there are keys.
const ROOM: usize = 16 * 1024 * 1024;
/// Published and recomputed request-reply pairs.
const KNOWN: &str = include_str!("known_answers.txt");
/// Check value of the LMK that they are for.
const TEST_LMK: &[u8] = b"ND00268604";

/// A mix, ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// What is sent to the target.
    pub(super) templates: Arc<[Template]>,
    /// Requests of the same sizes for the reference server.
    pub(super) shadows: Arc<[Template]>,
    /// The order.
    pub(super) deck: Deck,
    /// The template of the slow command.
    pub(super) background: Option<usize>,
    /// Replies that were compared with a published value.
    pub(super) known: usize,
}

/// Ask the target for keys and values, and learn the reply to every request of the mix.
pub(super) fn prepare(mix: &Mix, asker: &mut Asker, keys: usize) -> Result<Prepared, Failure> {
    let status = asker.ask(b"NC")?;
    let mut kit = Kit::new(asker, mix.lmk);
    let (mut templates, mut shares) = (Vec::new(), Vec::new());
    for part in mix.parts {
        let before = templates.len();
        fill(part, &mut kit, keys, mix.name, &mut templates)?;
        shares.push((part.share, templates.len() - before));
    }
    let background = mix.background.map(|recipe| {
        let request = recipe(&mut kit, 0)?;
        kit.data(&request, mix.name)?;
        let expected = Expected::Begins(success(&request));
        templates.push(Template { request, expected });
        Ok(templates.len() - 1)
    });
    let background = background.transpose()?;
    let known = if mix.lmk == Lmk::Variant && status.starts_with(TEST_LMK) {
        check_known(asker, &templates)?
    } else {
        0
    };
    let shadows = templates.iter().map(|template| {
        let (request, answer) = shadow(template.request.len(), template.reply_length());
        Template { request, expected: Expected::Exact(answer) }
    });
    let shadows = shadows.collect();
    let deck = Deck::new(&shares);
    Ok(Prepared { templates: Arc::from(templates), shadows, deck, background, known })
}

fn fill(
    part: &Part,
    kit: &mut Kit<'_>,
    keys: usize,
    name: &str,
    templates: &mut Vec<Template>,
) -> Result<(), Failure> {
    let (mut index, mut count) = (0, if part.single { 1 } else { keys });
    while index < count {
        let request = (part.recipe)(kit, index)?;
        let data = kit.data(&request, name)?;
        let reply = [success(&request).as_slice(), &data].concat();
        count = count.min((ROOM / (request.len() + reply.len())).max(1));
        let expected = if part.random { Expected::Like(reply) } else { Expected::Exact(reply) };
        templates.push(Template { request, expected });
        index += 1;
    }
    Ok(())
}

/// Compare the target's replies with the published ones, for the commands of the mix.
fn check_known(asker: &mut Asker, templates: &[Template]) -> Result<usize, Failure> {
    let mut known = 0;
    for (request, right) in known_answers(KNOWN) {
        if !templates.iter().any(|template| template.request.get(..2) == request.get(..2)) {
            continue;
        }
        let reply = asker.ask(&request)?;
        if reply != right {
            return Err(Failure::Refused {
                doing: "comparing with published values".to_owned(),
                command: shown(&request),
                reply: shown(&reply),
                advice: format!("{} is right: a wrong answer is not worth timing", shown(&right)),
            });
        }
        known += 1;
    }
    Ok(known)
}

/// The pairs of a text: `request reply` on each line, `#` for comments, `<..>` for raw bytes.
fn known_answers(text: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(request, reply)| Some((unescaped(request)?, unescaped(reply)?)))
}

fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut pieces = text.split('<');
    bytes.extend(pieces.next()?.bytes());
    for piece in pieces {
        let (raw, plain) = piece.split_once('>')?;
        bytes.extend(decoded(raw)?);
        bytes.extend(plain.bytes());
    }
    Some(bytes)
}

fn decoded(digits: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; digits.len() / 2];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::line::Door;
    use super::super::mix::MIXES;
    use super::*;

    #[test]
    fn every_line_of_the_known_answers_is_read() {
        let lines = KNOWN.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pairs: Vec<_> = known_answers(KNOWN).collect();
        assert_eq!(pairs.len(), lines.count());
        for (request, reply) in pairs {
            assert!(reply.starts_with(&success(&request)), "{}", shown(&request));
        }
    }

    #[test]
    fn raw_bytes_stand_between_angle_brackets() {
        assert_eq!(unescaped("KR00<0AFF>;<00>").as_deref(), Some(b"KR00\x0A\xFF;\0".as_slice()));
        assert_eq!(unescaped("NC").as_deref(), Some(b"NC".as_slice()));
        assert_eq!(unescaped("<0A"), None);
        assert_eq!(unescaped("<0>"), None);
    }

    #[test]
    fn a_target_that_refuses_a_command_is_named_in_the_failure() {
        let server = super::super::echo::tests::Running::start(4);
        let mut asker =
            Asker::connect(&Door::plain(server.address), 4, Arc::default()).expect("it listens");
        let nc = MIXES.iter().find(|mix| mix.name == "nc").expect("it is there");
        // The reference server reads `NC` as a length and answers with that many bytes.
        let failure = prepare(nc, &mut asker, 2).expect_err("an echo is no HSM").to_string();
        assert!(failure.starts_with("nc: NC answered NC....."), "{failure}");
    }
}
