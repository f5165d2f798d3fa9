//! Conversations at the console: each file in `transcripts` is what an officer saw and typed, hidden answers in `<..>`.
//!
//! The first line says in which state the appliance was. `STRONGROOM_RECORD=FILE cargo test -p admin-console` makes a
//! transcript of a file with what is typed, one answer a line; `STRONGROOM_RECORD=again` brings every transcript up to
//! date, to be read before it is committed.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use appliance::{Appliance, Authorisations, Protocol, Randomness, State};
use console::{Desk, Seat, Transcript};
use vault::key_block::optional::Moment;
use vault::{Clock, Lmk, LmkId};

/// The state that the first line of a transcript names.
fn state(name: &str) -> State {
    let clock = Clock::Fixed(Moment::of_hour(b"2026:03:14:15").expect("a moment"));
    let state = match name {
        "# as delivered" => State::default(),
        "# development" => State::development(),
        "# development, nothing authorised" => {
            State { authorised: Authorisations::default(), ..State::development() }
        }
        "# development, secure, officers with passwords, echo and Atalla variants" => {
            let mut state = State::development();
            state.authorised = Authorisations::default();
            state.settings.authorise_by = appliance::OfficerProof::Password;
            state.settings.echo = true;
            state.settings.atalla_variant_support = true;
            (state.locks.left.is_open, state.locks.right.is_open) = (true, true);
            state
        }
        "# development, with an old LMK in key change storage" => {
            let mut state = State::development();
            let old = Lmk::named("test-variant-old").expect("a public LMK");
            let side = appliance::KeyChange::Old;
            state.lmks.load_key_change(LmkId(0), side, old).expect("it fits");
            state
        }
        _ => panic!("`{name}` is no state of these tests"),
    };
    State { clock, ..state }
}

fn happened<'a>(text: &'a str, make: fn(&'a str) -> Transcript<'a>) -> String {
    let (first, conversation) = text.split_once('\n').expect("a state and a conversation");
    let appliance = Appliance::new(state(first), Randomness::from_seed(1));
    for (protocol, port) in [(Protocol::Tcp, 1500), (Protocol::Udp, 1500)] {
        appliance.network().listens(protocol, SocketAddr::from(([127, 0, 0, 1], port)));
    }
    let facts = BTreeMap::from([
        ("Serial number", "S000000001D".to_owned()),
        ("Listen", "127.0.0.1:1500".to_owned()),
        ("After a release", "The appliance starts anew now, as it was delivered".to_owned()),
    ]);
    let mut terminal = make(conversation);
    Desk::new(&mut terminal, &appliance, Seat { facts, ..Seat::default() }).serve();
    format!("{first}\n{}", terminal.happened)
}

/// Pasted certificates are answers to a prompt that is empty.
#[test]
fn what_is_up_to_date_stays_so_when_it_is_recorded_again() {
    let text = include_str!("../transcripts/network.txt");
    assert_eq!(happened(text, Transcript::again), text);
}

#[test]
fn conversations_go_as_they_went() {
    let record = std::env::var("STRONGROOM_RECORD").ok();
    if let Some(path) = record.as_deref().filter(|path| *path != "again") {
        let typed = fs::read_to_string(path).expect("it can be read");
        fs::write(format!("{path}.txt"), happened(&typed, Transcript::record)).expect("written");
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("it can be read");
        if record.is_some() {
            fs::write(&path, happened(&text, Transcript::again)).expect("written");
            continue;
        }
        let happened = happened(&text, Transcript::new);
        if happened != text {
            let differ = happened.lines().zip(text.lines()).position(|(is, was)| is != was);
            let line = differ.unwrap_or_else(|| happened.lines().count().min(text.lines().count()));
            panic!(
                "{}:{}\n was {:?}\n  is {:?}",
                path.display(),
                line + 1,
                text.lines().nth(line),
                happened.lines().nth(line)
            );
        }
        count += 1;
    }
    assert!(count > 0 || record.is_some());
}
