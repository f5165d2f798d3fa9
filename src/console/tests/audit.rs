//! What the audit log has of what officers change.

use std::collections::BTreeMap;

use appliance::{Action, Appliance, Event, Kind, Lock, Locks, Randomness, State};
use console::{Desk, Script, Seat};
use zeroize::Zeroizing;

/// What is typed, one answer a line, and what the log has of it afterwards.
const DONE: &[(&str, &[Action])] = &[
    ("cl\nh", &[Action::Alarms]),
    ("configpb\n-03\nq", &[Action::PinBlockFormats]),
    ("utilcfg\n20", &[Action::UtilisationSet]),
    ("utilenable\ny", &[Action::UtilisationState]),
    ("utilstats\ny", &[Action::UtilisationReset]),
    ("healthenable\ny", &[Action::Miscellaneous]),
    ("healthstats\nn", &[Action::HealthReported]),
    ("healthstats\ny", &[Action::HealthReported, Action::HealthReset]),
    ("reboot\ny", &[Action::Restart]),
    ("ca\nd", &[Action::Miscellaneous]),
    ("cc\n19200\n\n\n", &[Action::Miscellaneous]),
    ("cp\n\n\n500\nn", &[Action::PrinterSet]),
    ("cp\n\n\n\nn", &[]),
    ("snmp\ny", &[Action::SnmpState]),
    ("snmpadd\nwatcher", &[Action::SnmpUserAdded]),
    ("trapadd\n10.0.0.1\n162", &[Action::Miscellaneous]),
    ("v\n00", &[Action::LmkVerified]),
    (
        "fc\nfrom\nB\n11111\n11111\nfc\nto\nB\n11111\n11111\ngk\n2\nlive\n1\nfrom\n11111\nn\ndc\nfrom\n11111\nto\n11111\nn",
        &[Action::LmkGenerated, Action::LmkCopied],
    ),
    // Nothing changes.
    ("cl\n", &[]),
    ("utilenable\nn", &[]),
    ("utilstats\nn", &[]),
    ("reboot\nn", &[]),
    ("snmpdel\nnobody", &[]),
];

#[test]
fn what_officers_change_is_audited_and_what_they_look_at_is_not() {
    for (typed, expected) in DONE {
        let mut state = State::development();
        let lock = Lock { is_open: true, ..Lock::default() };
        state.locks = Locks { left: lock.clone(), right: lock };
        state.settings.audit.utilisation_resets = true;
        let appliance = Appliance::new(state, Randomness::from_seed(1));
        let lines = typed.split('\n').map(|line| Zeroizing::new(line.to_owned()));
        let mut out = Vec::new();
        let mut script = Script { lines, out: &mut out, drawer: BTreeMap::new() };
        Desk::new(&mut script, &appliance, Seat::default()).serve();
        let records = appliance.audit_log().records(0, 100).expect("in memory");
        let events: Vec<Event> = records.iter().map(|it| it.record.event).collect();
        let actions = events.into_iter().filter(|event| event.kind == Kind::Action);
        let expected: Vec<_> = expected.iter().map(|action| action.done()).collect();
        let out = String::from_utf8_lossy(&out);
        assert_eq!(actions.collect::<Vec<_>>(), expected, "{typed}: {out}");
    }
}
