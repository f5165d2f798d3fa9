//! In which state of the device, and with which activity authorised, each console command runs.

use std::collections::BTreeMap;

use appliance::{
    Activity, Appliance, Authorisations, Category, Grant, Interface, Lock, Mode, Randomness, State,
    TamperCause, Until,
};
use console::{
    COMMANDS, Command, Desk, Drawer, Echo, Outcome, Party, Script, Seat, States, Stop, Terminal,
};
use vault::LmkId;
use zeroize::Zeroizing;

/// What public sources say of the state that a command needs. Source: guides of the device.
const SECURE: [&str; 19] = [
    "LK", "GK", "LO", "LN", "DC", "CO", "DM", "DO", "CS", "CL", "RESET", "SS", "RS", "SNMPADD",
    "SNMPDEL", "TRAPADD", "TRAPDEL", "CA", "CC",
];
const OFFLINE: [&str; 5] = ["CP", "A5", "A7", "HEALTHSTATS", "UTILENABLE"];
const ANY: [&str; 32] = [
    "VT",
    "V",
    "GC",
    "GS",
    "EC",
    "FK",
    "KG",
    "IK",
    "KE",
    "CK",
    "CV",
    "PV",
    "ED",
    "TD",
    "QS",
    "QH",
    "QP",
    "QL",
    "QA",
    "QC",
    "GETCMDS",
    "VR",
    "DT",
    "A",
    "C",
    "CONFIGCMDS",
    "CONFIGPB",
    "UTILCFG",
    "F",
    "Z",
    "D",
    "GZ",
];
const AUTHORISED: [(&str, Category); 6] = [
    ("LO", Category::Admin),
    ("LN", Category::Admin),
    ("RS", Category::Admin),
    ("SETTIME", Category::Admin),
    ("A5", Category::Audit),
    ("A7", Category::Audit),
];

/// One line is typed, and then nothing.
struct OneLine(Option<&'static str>, Vec<String>);

impl Terminal for OneLine {
    fn read(&mut self, _: &str, _: Echo) -> Outcome<Zeroizing<String>> {
        self.0.take().map(|line| Zeroizing::new(line.to_owned())).ok_or(Stop::Ended)
    }

    fn line(&mut self, text: &str) -> Outcome {
        self.1.push(text.to_owned());
        Ok(())
    }

    fn is_patient(&self) -> bool {
        true
    }

    fn drawer(&mut self) -> &mut dyn Drawer {
        self
    }
}

impl Drawer for OneLine {
    fn take(&mut self, _: &str) -> Outcome<Option<Vec<u8>>> {
        Ok(None)
    }

    fn put(&mut self, _: &str, _: &[u8]) -> Outcome {
        Ok(())
    }
}

/// A development appliance in a state, with the activity of a command authorised or nothing.
fn appliance(mode: Mode, activity: Option<Category>) -> Appliance {
    let mut state = State::development();
    let lock = |is_open| Lock { is_open, card: None };
    state.locks.left = lock(mode != Mode::Online);
    state.locks.right = lock(mode == Mode::Secure);
    state.authorised = Authorisations::default();
    if let Some(category) = activity {
        let activity = Activity::of(category, "console", Interface::Console);
        let activity = Activity { sub: None, ..activity };
        state.authorised.grant(Grant { lmk: Some(LmkId(0)), activity, until: Until::Cancelled });
    }
    Appliance::new(state, Randomness::from_seed(1))
}

/// Why a command does not run; none where it does.
fn refusal(appliance: &Appliance, command: &'static str, party: Party) -> Option<String> {
    let mut terminal = OneLine(Some(command), Vec::new());
    Desk::new(&mut terminal, appliance, Seat { party, ..Seat::default() }).serve();
    let first = terminal.1.into_iter().next();
    first.filter(|line| line.starts_with("Command only allowed"))
}

fn allowed(states: States, mode: Mode) -> bool {
    match states {
        States::Any => true,
        States::OfflineOrSecure => mode != Mode::Online,
        States::Secure => mode == Mode::Secure,
    }
}

fn words(command: &Command) -> &'static str {
    match (command.states, command.activity) {
        (States::Secure, Some(_)) => "Secure-Authorized",
        (States::Secure, None) => "Secure",
        (States::OfflineOrSecure, _) => "Offline or Secure",
        (States::Any, _) => "Authorized",
    }
}

#[test]
fn every_command_runs_in_its_states_and_no_other() {
    for command in COMMANDS {
        for mode in [Mode::Online, Mode::Offline, Mode::Secure] {
            for is_authorised in [true, false] {
                let activity = command.activity.filter(|_| is_authorised);
                let refused = refusal(&appliance(mode, activity), command.name, Party::Tenant);
                let in_state = allowed(command.states, mode);
                let expected = match (in_state, command.activity.is_none() || is_authorised) {
                    (true, true) => None,
                    (true, false) if command.states != States::Secure => Some("Authorized"),
                    _ => Some(words(command)),
                };
                let expected = expected.map(|words| format!("Command only allowed from {words}"));
                assert_eq!(refused, expected, "{} {mode:?} {is_authorised}", command.name);
            }
        }
    }
}

#[test]
fn commands_have_the_states_that_sources_give_them() {
    let command = |name: &str| {
        let found = COMMANDS.iter().find(|command| command.name == name);
        found.unwrap_or_else(|| panic!("no command {name}"))
    };
    for (names, states) in
        [(&SECURE[..], States::Secure), (&OFFLINE, States::OfflineOrSecure), (&ANY, States::Any)]
    {
        for name in names {
            assert_eq!(command(name).states, states, "{name}");
        }
    }
    for (name, category) in AUTHORISED {
        assert_eq!(command(name).activity, Some(category), "{name}");
    }
}

#[test]
fn names_are_unique_and_said_once() {
    let mut names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    assert!(COMMANDS.iter().all(|command| command.name == command.name.to_uppercase()));
}

/// A lock knows the card that was commissioned for it; any other, such as that of another appliance, opens nothing.
#[test]
fn a_key_card_of_another_appliance_opens_no_lock() {
    let typed = "fc\nown\nL\n12345\n12345\nleft\nown\n12345\ny\nleft\n\
                 fc\nother\nL\n12345\n12345\nleft\nother\n12345\nleft\nown\n12345";
    let appliance = appliance(Mode::Online, None);
    let lines = typed.split('\n').map(|line| Zeroizing::new(line.to_owned()));
    let mut out = Vec::new();
    let mut script = Script { lines, out: &mut out, drawer: BTreeMap::new() };
    Desk::new(&mut script, &appliance, Seat::default()).serve();
    let shown = String::from_utf8(out).expect("text");
    assert_eq!(shown.matches("Key card of another appliance").count(), 1, "{shown}");
    let after = shown.rsplit_once("Key card of another appliance").expect("it is there").1;
    assert!(after.contains("HSM is going offline"), "{shown}");
}

/// A tampered device is offline, whatever its locks say.
#[test]
fn a_tamper_closes_what_needs_secure_state() {
    let appliance = appliance(Mode::Secure, None);
    assert_eq!(refusal(&appliance, "LK", Party::Tenant), None);
    assert!(appliance.happens(TamperCause::Case, false));
    let refused = refusal(&appliance, "LK", Party::Tenant);
    assert_eq!(refused.as_deref(), Some("Command only allowed from Secure"));
    appliance.restart().expect("nothing is kept");
    assert_eq!(refusal(&appliance, "LK", Party::Tenant), None);
}

#[test]
fn the_provider_runs_what_is_for_him() {
    let appliance = appliance(Mode::Secure, None);
    for command in COMMANDS {
        let refused = refusal(&appliance, command.name, Party::Provider);
        let is_tenants = refused.is_some_and(|text| text.contains("for the tenant"));
        assert_eq!(is_tenants, !command.for_provider, "{}", command.name);
    }
}
