//! The audit log: which events are in it, and how hosts get at it (Q0, Q2, Q4, Q6, Q8).

use std::sync::Arc;

use appliance::{
    Action, Appliance, AuditOptions, Authorisations, CommandSet, Event, Fault, FraudLimits, Kind,
    LmkTable, Mode, Printer, Randomness, State,
};
use bytes::BytesMut;
use host_commands::{COMMANDS, FAMILIES, Host, LmkPort, UnknownCommand, at_console};
use vault::{Clock, LmkId, Moment};

/// Head of a record on 24 November 2026, 10:15:00, without its counter.
const AT: &str = "101500241126";

fn host(change: impl FnOnce(&mut State)) -> Host {
    let mut state = State::development();
    state.clock = Clock::Fixed(Moment::of_time(b"20261124101500Z").expect("a moment"));
    state.settings.audit.host_commands = commands(&["B2", "NC", "CA"]);
    change(&mut state);
    let appliance = Appliance::new(state, Randomness::from_seed(1));
    let appliance = appliance.with_printer(Printer::discard());
    Host::new(Arc::new(appliance), 0, UnknownCommand::Disabled)
}

fn commands(codes: &[&str]) -> CommandSet {
    let codes: Vec<_> = codes.iter().map(|code| (*code).to_owned()).collect();
    CommandSet::try_from(codes).expect("command codes")
}

fn ask_on(host: &Host, port: LmkPort, message: &str) -> String {
    let mut out = BytesMut::new();
    host.answer(port, message.as_bytes(), &mut out);
    String::from_utf8(out.to_vec()).expect("the reply is text")
}

fn ask(host: &Host, message: &str) -> String {
    ask_on(host, LmkPort::Default, message)
}

/// Kind, code and response of every record.
fn recorded(host: &Host) -> Vec<String> {
    let records = host.appliance().audit_log().records(0, 1000).expect("it is in memory");
    let text = |event: Event| {
        let kind = ["host", "console", "fraud", "action"][event.kind as usize];
        format!("{kind} {} {}", event.code.escape_ascii(), event.response.escape_ascii())
    };
    records.iter().map(|it| text(it.record.event)).collect()
}

#[test]
fn q2_returns_each_record_once_and_q8_verifies_it() {
    let host = host(|_| ());
    assert_eq!(ask(&host, "Q2"), "Q335");
    for message in ["B20000", "NC", "B2XX"] {
        ask(&host, message);
    }
    let expected = ["4232 1000 3030", "4E43 1000 3030", "4232 1000 3135"];
    let mut replies = Vec::new();
    for (counter, fields) in (1..).zip(expected) {
        let reply = ask(&host, "Q2");
        let head = format!("Q300{counter:08X}{AT}{}", fields.replace(' ', ""));
        assert!(reply.starts_with(&head) && reply.len() == 84, "{reply}");
        assert_eq!(ask(&host, &format!("Q8{}", &reply[4..])), "Q900");
        let mut changed = reply[4..].to_owned();
        changed.replace_range(7..8, "9");
        assert_eq!(ask(&host, &format!("Q8{changed}")), "Q901");
        replies.push(reply);
    }
    assert_eq!(ask(&host, "Q2"), "Q336");
    let keys: Vec<_> = replies.iter().map(|reply| &reply[52..]).collect();
    assert!(keys[0] != keys[1] && keys[1] != keys[2], "each record has a key of its own");
    // What is about the log is not in it.
    assert_eq!(recorded(&host), ["host B2 00", "host NC 00", "host B2 15"]);
}

#[test]
fn keys_of_records_are_under_a_variant_lmk() {
    let host = host(|_| ());
    ask(&host, "NC");
    ask(&host, "NC");
    // Under a key-block LMK it is the first variant LMK.
    let reply = ask_on(&host, LmkPort::Only(1), "Q2");
    assert_eq!(ask(&host, &format!("Q8{}", &reply[4..])), "Q900");
    host.appliance().erase(|state| {
        state.lmks.erase(LmkId(0));
    });
    assert_eq!(ask_on(&host, LmkPort::Only(1), "Q2"), "Q313");
    assert_eq!(ask_on(&host, LmkPort::Only(1), &format!("Q8{}", &reply[4..])), "Q913");
    host.appliance().erase(|state| state.lmks = LmkTable::default());
    assert_eq!(ask(&host, "Q2"), "Q313");
    // Nobody got the second record.
    let records = host.appliance().audit_log().records(0, 10).expect("in memory");
    let retrieved: Vec<_> = records.iter().map(|it| it.fate.retrieved).collect();
    assert_eq!(retrieved[..2], [true, false]);
}

#[test]
fn q4_archives_and_q6_deletes_what_is_done_with() {
    let host = host(|_| ());
    assert_eq!(ask(&host, "Q41"), "Q535");
    assert_eq!(ask(&host, "Q60"), "Q735");
    (0..5).for_each(|_| drop(ask(&host, "NC")));
    assert_eq!(ask(&host, "Q61"), "Q736");
    assert_eq!(ask(&host, "Q40"), "Q500");
    assert_eq!(ask(&host, "Q40"), "Q500");
    assert_eq!(ask(&host, "Q60"), "Q736");
    assert_eq!(ask(&host, "Q61"), "Q7000002");
    assert_eq!(ask(&host, "Q41"), "Q500");
    assert_eq!(ask(&host, "Q41"), "Q536");
    assert_eq!(ask(&host, "Q42"), "Q500");
    assert!(ask(&host, "Q2").starts_with(&format!("Q30000000003{AT}4E433000")));
    assert_eq!(ask(&host, "Q60"), "Q7000001");
    assert_eq!(ask(&host, "Q61"), "Q7000002");
    assert_eq!(ask(&host, "Q61"), "Q735");
    assert_eq!(ask(&host, "Q62"), "Q715");
}

#[test]
fn at_most_2000_records_are_printed_or_deleted_at_once() {
    let host = host(|_| ());
    (0..4500).for_each(|_| drop(ask(&host, "NC")));
    for expected in ["Q500", "Q500", "Q500", "Q536"] {
        assert_eq!(ask(&host, "Q41"), expected);
    }
    for expected in ["Q7002000", "Q7002000", "Q7000500", "Q735"] {
        assert_eq!(ask(&host, "Q61"), expected);
    }
}

#[test]
fn printing_needs_a_printer_and_deleting_needs_to_be_authorised() {
    let mut state = State::development();
    state.authorised = Authorisations::default();
    let appliance = Arc::new(Appliance::new(state, Randomness::from_seed(1)));
    let host = Host::new(appliance, 0, UnknownCommand::Disabled);
    host.appliance().audit(Action::PowerOn.done());
    assert_eq!(ask(&host, "Q41"), "Q516");
    assert_eq!(ask(&host, "Q60"), "Q717");
    host.appliance().erase(|state| state.authorised.authorise(appliance::Category::Audit, ""));
    assert_eq!(ask(&host, "Q60"), "Q736");
}

/// Changes the options.
type Set = fn(&mut AuditOptions);
/// Makes an event.
type Do = fn(&Host);

/// Each option switches its own events, and no others.
#[test]
fn options_say_which_events_are_recorded() {
    let none = AuditOptions { user_actions: false, ..AuditOptions::default() };
    let options: [(&str, Set); 7] = [
        ("nothing", |_| ()),
        ("host commands", |options| options.host_commands = commands(&["NC"])),
        ("user actions", |options| options.user_actions = true),
        ("error responses", |options| options.error_responses = true),
        ("self tests", |options| options.self_tests = true),
        ("connection failures", |options| options.connection_failures = true),
        ("resets", |options| options.utilisation_resets = true),
    ];
    let events: [(&str, Do, &str); 9] = [
        ("host commands", |host| drop(ask(host, "NC")), "host NC 00"),
        ("", |host| drop(ask(host, "B20000")), ""),
        ("error responses", |host| drop(ask(host, "B2XX")), "host B2 15"),
        // What is no command has no code to be recorded.
        ("", |host| drop(ask(host, "ZZ")), ""),
        ("user actions", |host| drop(ask(host, "JI")), "action 32 00"),
        ("resets", |host| drop(ask(host, "J6")), "action UT 00"),
        ("self tests", |host| audit_if(host, |it| it.self_tests, Action::SelfTest), "action DE 00"),
        (
            "connection failures",
            |host| audit_if(host, |it| it.connection_failures, Action::NotAuthenticated),
            "action KE 00",
        ),
        // The console does what host commands do, and is audited as a console.
        ("", |host| at_console(host.appliance(), b"NC", &mut BytesMut::new()), ""),
    ];
    for (option, set) in options {
        for (wanted, event, expected) in &events {
            let mut audit = none.clone();
            set(&mut audit);
            let host = host(|state| state.settings.audit = audit);
            event(&host);
            let is_recorded = !expected.is_empty() && option == *wanted;
            let expected = if is_recorded { vec![(*expected).to_owned()] } else { vec![] };
            assert_eq!(recorded(&host), expected, "{option}, {wanted}");
        }
    }
}

fn audit_if(host: &Host, wants: fn(&AuditOptions) -> bool, action: Action) {
    host.appliance().audit_if(wants, action.done());
}

#[test]
fn commands_about_the_log_are_never_audited() {
    let host = host(|state| {
        state.settings.audit.error_responses = true;
        state.settings.audit.host_commands = commands(&["Q0", "Q2", "Q4", "Q6", "Q8"]);
    });
    let family = |at: &usize| FAMILIES[*at] == "audit";
    let codes: Vec<_> =
        (0..COMMANDS.len()).filter(family).map(|at| COMMANDS[at].spec.code).collect();
    assert_eq!(codes, [*b"Q0", *b"Q2", *b"Q4", *b"Q6", *b"Q8"]);
    for message in ["Q0", "Q2", "Q4", "Q40", "Q6", "Q60", "Q8"] {
        ask(&host, message);
    }
    assert!(recorded(&host).is_empty());
}

#[test]
fn a_command_within_a_command_is_recorded_too() {
    let host = host(|_| ());
    ask(&host, "NK0020002NC0006B20000");
    assert_eq!(recorded(&host), ["host NC 00", "host B2 00"]);
}

#[test]
fn fraud_is_recorded_with_the_command_and_the_limit() {
    let limits =
        FraudLimits { enabled: true, failures_per_minute: 2, failures_per_hour: 3, attacks: 1 };
    let host = host(|state| {
        state.settings.fraud_detection = limits;
        state.settings.audit = AuditOptions { user_actions: false, ..AuditOptions::default() };
    });
    // A wrong PVV, and a PIN block that holds no PIN.
    let wrong =
        "DC0406FBB23A5214DF367930344805B1FAD6146EF4ED7502B3AE7A708F877571A90155000002532114401";
    let attack = "CCU980D5C62DF6FAC6CA38BF6B5DE324F81U99DC8A895EFDE0E6ED8CB02370AE3C2D12A7778CE50A54467E0101550000025321";
    for (message, code) in [(wrong, "01"), (wrong, "01"), (wrong, "01"), (wrong, "39")] {
        assert_eq!(&ask(&host, message)[2..], code);
    }
    assert_eq!(recorded(&host), ["fraud DC 01"]);
    host.appliance().fraud().allow_again();
    host.appliance().erase(|state| state.settings.fraud_detection.failures_per_hour = 0);
    assert_eq!(ask(&host, wrong), "DD01");
    for _ in 0..2 {
        assert_eq!(ask(&host, attack), "CD20");
    }
    assert_eq!(recorded(&host), ["fraud DC 01", "fraud DC 02", "fraud CC 03"]);
    let errors = host.appliance().errors().entries();
    assert_eq!(errors.iter().map(|it| it.fault).collect::<Vec<_>>(), [Fault::PinAttack]);
}

#[test]
fn changes_of_state_are_recorded_by_themselves() {
    let host = host(|_| ());
    for (left, right, mode) in [
        (true, false, Mode::Offline),
        (true, true, Mode::Secure),
        (true, false, Mode::Offline),
        (false, false, Mode::Online),
    ] {
        host.appliance().erase(|state| {
            (state.locks.left.is_open, state.locks.right.is_open) = (left, right);
        });
        assert_eq!(host.appliance().state().mode(), mode);
    }
    let expected = ["action OF 00", "action SE 00", "action OF 00", "action ON 00"];
    assert_eq!(recorded(&host), expected);
    let record = host.appliance().audit_log().records(4, 1).expect("in memory")[0];
    assert_eq!(record.record.event.kind, Kind::Action);
}
