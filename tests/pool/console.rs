//! The provider's console.

use crate::{FIRST, LARGE, ONLINE, Place, SECOND, SECURE, SMALL, script, strongroom};

#[test]
fn the_provider_leases_and_reclaims_at_the_console() {
    let place = Place::new("provider");
    let pool = place.start();
    let (well, shown) = pool.console("help\npool\n");
    assert!(well && shown.contains("RECLAIM SERIAL [REQUEST]"), "{shown}");
    assert_eq!(shown.matches("Pooled").count(), 2, "{shown}");
    let (well, shown) = pool.console(&format!("allocate bank hsm-1 {SMALL} stamp2\n"));
    assert!(well && shown.contains(SECOND), "{shown}");
    for told in
        ["Connecting", "Administration by the provider  off", "Hours of this lease             1"]
    {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    let (well, shown) = pool.console(&format!("reclaim {SECOND}\n"));
    assert!(
        !well && shown.contains("evidence verifies; by force on his documented request"),
        "{shown}"
    );
    let (well, shown) =
        pool.console(&format!("reclaim {SECOND} REQ-3\npool\nevidence list {SECOND}\n"));
    assert!(well && shown.contains("release 1 is proved; hours billed: 1"), "{shown}");
    assert!(shown.contains("by the provider on request REQ-3"), "{shown}");
    assert_eq!(shown.matches("  Pooled  ").count(), 2, "{shown}");
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let place = Place::new("refused");
    let pool = place.start();
    let (well, shown) = pool.console(&format!("allocate bank hsm-1 {LARGE}\n"));
    assert!(well, "{shown}");
    for (line, why) in [
        ("format", "Unknown command FORMAT; HELP lists all"),
        ("show", "Usage: SHOW SERIAL"),
        ("show S0000000099D", "There is no appliance S0000000099D"),
        ("allocate bank hsm-2 LMK2", "There is no SKU LMK2"),
        ("allocate bank h payShield10K_LMK1_CPS60", "only if the name is 3 to 24 letters"),
        ("allocate bank hsm-2 payShield10K_LMK1_CPS60 stamp7", "There is no stamp7"),
        ("allocate bank hsm-1 payShield10K_LMK1_CPS60", "The SKU is changed by PATCH"),
        (&format!("reclaim {SECOND} REQ-1"), "is not leased: it is Pooled"),
        (&format!("destroy {FIRST} REQ-1"), "Destroy is not possible in state Allocated"),
        (&format!("evidence shred {FIRST}"), "Usage: EVIDENCE LIST"),
        ("evidence verify nothing.jsonl 00", "There is no such file of evidence"),
    ] {
        let (well, shown) = pool.console(&format!("{line}\n"));
        assert!(!well && shown.contains(why), "{line}: {shown}");
    }
}

#[test]
fn neither_door_is_the_others() {
    let place = Place::new("doors");
    let pool = place.start();
    let tenant = strongroom(&["console", "--pool", place.pool().to_str().expect("text")]);
    let (status, shown) = script(tenant, "pool\n");
    assert!(status == Some(2) && shown.contains("--as provider"), "{shown}");
    let mut tenant = strongroom(&["console", "--socket"]);
    tenant.arg(place.pool().join("console"));
    let (status, shown) = script(tenant, "pool\n");
    assert!(status != Some(0) && !shown.contains(FIRST), "{shown}");
    let second = strongroom(&["pool", "--listen", "127.0.0.1:0", "--dir"]);
    let mut second = second;
    second.arg(place.pool());
    let (status, shown) = script(second, "");
    assert!(status == Some(2) && shown.contains("another pool uses this folder"), "{shown}");
    drop(pool);
}

/// No verb, no route, no log and no file of the provider tells what is in a leased appliance.
#[test]
fn the_provider_learns_nothing_of_the_tenant() {
    let place = Place::new("secrets");
    let pool = place.start();
    let path = crate::http::resource("hsm-1");
    pool.lease(&path, SMALL, "stamp1");
    let shown = pool.tenant(FIRST, &(SECURE.to_owned() + ONLINE));
    let check = shown.lines().find_map(|line| line.split("Check: ").nth(1));
    let check = check.map(|digits| digits.trim().replace(' ', ""));
    let mut told = String::new();
    for line in [
        "pool",
        "help",
        &format!("show {FIRST}"),
        &format!("evidence list {FIRST}"),
        &format!("evidence export {FIRST}"),
        &format!("evidence verify {FIRST}"),
    ] {
        told += &pool.console(&format!("{line}\n")).1;
    }
    for route in [
        path.clone(),
        format!("{path}/outboundNetworkDependenciesEndpoints"),
        path.trim_end_matches("/hsm-1").to_owned(),
        "/providers/Microsoft.HardwareSecurityModules/operations".to_owned(),
    ] {
        told += &pool.get(&route).body.to_string();
    }
    told += &pool.ask("DELETE", &path, "").body.to_string();
    told += &std::fs::read_to_string(place.pool().join("pool.json")).expect("it is kept");
    told += &pool.stop();
    assert!(told.contains(FIRST), "{told}");
    let secrets = ["the very secret".to_owned(), "12345".to_owned(), "54321".to_owned()];
    for secret in secrets.into_iter().chain(check) {
        assert!(!told.contains(&secret), "{secret}: {told}");
    }
}
