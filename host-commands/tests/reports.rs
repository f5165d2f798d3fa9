//! What the device reports of itself: J2, J4, J6, J8, JI, JK, and that it serves hosts only online.

use std::sync::Arc;

use appliance::{
    Appliance, Authorisations, Label, Protocol, Randomness, Refused, State, TamperCause,
};
use bytes::BytesMut;
use host_commands::{Host, LmkPort, UnknownCommand};
use vault::{Clock, LmkId, Moment};

/// Device, and 24 November 2026, 10:15:00, three times.
const COVERED: &str = "S0000000001D261124101500261124101500261124101500";

fn host(change: impl FnOnce(&mut State)) -> Host {
    let mut state = State::development();
    state.clock = Clock::Fixed(Moment::of_time(b"20261124101500Z").expect("a moment"));
    change(&mut state);
    let appliance = Appliance::new(state, Randomness::from_seed(1));
    Host::new(Arc::new(appliance), 0, UnknownCommand::Disabled)
}

fn ask(host: &Host, message: &str) -> String {
    let mut out = BytesMut::new();
    host.answer(LmkPort::Default, message.as_bytes(), &mut out);
    String::from_utf8(out.to_vec()).expect("the reply is text")
}

#[test]
fn j4_counts_what_ran_and_j6_forgets_it() {
    let host = host(|_| ());
    for message in ["NC", "B20000", "NC", "NCunexpected", "ZZ"] {
        ask(&host, message);
    }
    let seconds = "0000000000";
    assert_eq!(
        ask(&host, "J4"),
        format!("J500{COVERED}{seconds}B2000000000001J4000000000001NC000000000003")
    );
    assert_eq!(ask(&host, "J6"), "J700");
    assert_eq!(ask(&host, "J4"), format!("J500{COVERED}{seconds}J4000000000001"));
    let chained = ask(&host, "NK0020002NC0002NC");
    assert!(chained.starts_with("NL0002"), "{chained}");
    let counted = ask(&host, "J4");
    assert!(counted.ends_with("J4000000000002NC000000000002NK000000000001"), "{counted}");
}

#[test]
fn j2_has_ten_bands_of_load() {
    let host = host(|_| ());
    let reply = ask(&host, "J2");
    let bands = reply.strip_prefix(&format!("J300{COVERED}0000000000")).expect("its head");
    let borders: Vec<&str> = bands.split_terminator(',').map(|band| &band[..6]).collect();
    let expected = "000010 010020 020030 030040 040050 050060 060070 070080 080090 090100";
    assert_eq!(borders.join(" "), expected);
    host.appliance().statistics().look(None);
    host.appliance().statistics().look(None);
    let reply = ask(&host, "J2");
    let periods = |band: &str| band[6..].parse::<u32>().expect("a number");
    let bands = reply[62..].split_terminator(',');
    assert_eq!(bands.map(periods).sum::<u32>(), 2, "{reply}");
}

#[test]
fn j8_tells_starts_and_tampers_and_ji_forgets_them() {
    let host = host(|_| ());
    let counts = |starts: u32, tampers: u32| {
        format!("J900{COVERED}{starts:010}{tampers:010}00000000000000000000")
    };
    assert_eq!(ask(&host, "J8"), counts(1, 0));
    host.appliance().tamper(TamperCause::Motion);
    let authorised = Authorisations::everything();
    host.appliance().change(|state| state.authorised = authorised).expect("in memory");
    assert_eq!(ask(&host, "J8"), counts(1, 1));
    assert_eq!(ask(&host, "JI"), "JJ00");
    assert_eq!(ask(&host, "J8"), counts(0, 0));
}

#[test]
fn resets_want_to_be_authorised() {
    let host = host(|state| state.authorised = Authorisations::default());
    assert_eq!(ask(&host, "J6"), "J717");
    assert_eq!(ask(&host, "JI"), "JJ17");
}

#[test]
fn jk_tells_lmks_and_tampers() {
    const HEAD: &str = "JL00S0000000001D261124101500131300";
    let host = host(|state| {
        state.lmks.set_label(LmkId(1), Label { is_live: true, comments: "cards".to_owned() });
    });
    assert_eq!(
        ask(&host, "JK"),
        format!("{HEAD}103020000101V0T\x1401101K1Lcards\x1402101K2T\x14\x1500")
    );
    assert!(host.appliance().is_online());
    host.appliance().tamper(TamperCause::EraseButton);
    assert!(!host.appliance().is_online());
    let tampered = HEAD.replace("131300", "132300");
    assert_eq!(ask(&host, "JK"), format!("{tampered}203261124101500000000\x1500"));
}

#[test]
fn hosts_are_served_online_only() {
    let host = host(|_| ());
    let turn = |left: bool, right: bool| {
        let turned = host.appliance().change(|state| {
            state.locks.left.is_open = left;
            state.locks.right.is_open = right;
        });
        turned.expect("in memory");
        host.appliance().is_online()
    };
    assert!(!turn(true, false) && !turn(true, true) && !turn(false, true) && turn(false, false));
}

#[test]
fn ni_shows_connections_and_counts() {
    let host = host(|_| ());
    let network = host.appliance().network();
    let peer = std::net::SocketAddr::from(([10, 0, 0, 7], 0xC001));
    let tcp = network.open(Protocol::Tcp, 1500, peer, 9).expect("there is a place");
    let tls = network.open(Protocol::Tls, 2501, peer, 9).expect("there is a place");
    tcp.traffic().received(0x1_2345);
    tcp.traffic().sent(3);
    drop(tls);
    for why in Refused::ALL {
        network.refuse(why);
    }
    let open = "005DC0A000007C001000000000";
    let closed = "009C50A000007C001100000000";
    for interface in "1H".chars() {
        assert_eq!(ask(&host, &format!("NI{interface}0")), format!("NJ000002{open}{closed}"));
    }
    let counts = "00000000000000030000000000012345\
                  00000001000000010000000000000000\
                  00000000000000040000000000000001\
                  00000001";
    assert_eq!(ask(&host, "NI11"), format!("NJ000002{open}{closed}{counts}"));
    for (message, error) in
        [("NI20", "81"), ("NI00", "81"), ("NIM1", "81"), ("NI12", "82"), ("NI1", "15")]
    {
        assert_eq!(ask(&host, message), format!("NJ{error}"), "{message}");
    }
}

#[test]
fn ni_shows_an_ipv6_host_without_its_address() {
    let host = host(|_| ());
    let peer = "[fd00::1]:9".parse().expect("an address");
    let _link = host.appliance().network().open(Protocol::Tcp, 1500, peer, 9);
    assert_eq!(ask(&host, "NI10"), "NJ000001005DC000000000009000000000");
}
