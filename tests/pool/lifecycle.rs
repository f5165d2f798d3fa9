//! The life of a resource, and of the appliance behind it.

use std::fs;
use std::path::Path;

use crate::http::{resource, resource_of};
use crate::{FIRST, Host, LARGE, ONLINE, Place, SECOND, SECURE, SMALL};

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("a folder").next().is_none()
}

#[test]
fn a_lease_goes_round_over_http() {
    let place = Place::new("round");
    let pool = place.start();
    let path = resource("hsm-1");
    let created = pool.put(&path, SMALL, "stamp1");
    assert_eq!((created.status, &created.body["id"]), (201, &path.clone().into()));
    assert_eq!(created.body["properties"]["provisioningState"], "CheckingQuota");
    let address = pool.reached(&path);
    let found = pool.put(&path, SMALL, "stamp1");
    assert_eq!((found.status, &found.body["properties"]["billedHours"]), (200, &1.into()));
    let interfaces = &found.body["properties"]["networkProfile"]["networkInterfaces"];
    assert_eq!(interfaces.as_array().map(Vec::len), Some(2));
    assert_eq!(pool.put(&path, LARGE, "stamp1").code(), "Conflict");

    // As delivered, it serves no host.
    assert_eq!(Host::connect(&address).ask("HEADNC"), None);
    let shown = pool.tenant(FIRST, &(SECURE.to_owned() + ONLINE));
    assert!(shown.contains("HSM is going online"), "{shown}");
    let mut host = Host::connect(&address);
    let answer = host.ask("HEADNC").expect("it is online");
    assert!(answer.starts_with("HEADND00"), "{answer}");

    // Another size, without another connection.
    let change = format!("{{\"sku\": {{\"name\": \"{LARGE}\"}}, \"tags\": {{\"cost\": \"7\"}}}}");
    let changed = pool.ask("PATCH", &path, &change);
    assert_eq!((changed.status, &changed.body["sku"]["name"]), (200, &LARGE.into()));
    assert_eq!(changed.body["tags"]["cost"], "7");
    crate::until("it has the licence", || {
        pool.tenant(FIRST, "licence\n").contains("Licence: LMKx2").then_some(())
    });
    assert_eq!(host.ask("HEADNC"), Some(answer), "the connection is kept");

    // It holds keys, so it does not go by itself.
    let refused = pool.ask("DELETE", &path, "");
    assert_eq!((refused.status, refused.code()), (409, "Conflict"));
    assert!(refused.body.to_string().contains("the appliance is released"), "{refused:?}");
    assert_eq!(pool.ask("DELETE", &format!("{path}?force=%20"), "").status, 409);
    assert!(host.ask("HEADNC").is_some());
    assert_eq!(pool.ask("DELETE", &format!("{path}?force=REQ-7"), "").status, 202);
    pool.wait_gone(&path);
    assert_eq!(pool.ask("DELETE", &path, "").status, 204);
    assert_eq!(host.ask("HEADNC"), None);
    assert!(is_empty(&place.pool().join(FIRST).join("state")));
    assert!(is_empty(&place.pool().join(FIRST).join("state.key")));
    let (well, shown) = pool.console(&format!("evidence verify {FIRST}\n"));
    assert!(well && shown.contains("by the provider on request REQ-7"), "{shown}");
    assert_eq!(pool.kept(0)["tenant"], serde_json::Value::Null);

    // Somebody else gets it as delivered.
    let other = resource_of("shop", "hsm-1");
    let address = pool.lease(&other, SMALL, "stamp1");
    assert_eq!(pool.kept(0)["leases"], 2);
    assert_eq!(Host::connect(&address).ask("HEADNC"), None);
    let shown = pool.tenant(FIRST, "vt\nlicence\nleft\nleft\n12345\ny\n");
    assert!(!shown.contains("the very secret") && shown.contains("Licence: LMKx1"), "{shown}");
    assert_eq!(pool.get(&path).status, 404);
}

#[test]
fn a_tenant_who_has_released_gives_his_resource_up_without_force() {
    let place = Place::new("tenant");
    let pool = place.start();
    let path = resource("hsm-1");
    let address = pool.lease(&path, SMALL, "stamp1");
    let shown = pool.tenant(FIRST, &(SECURE.to_owned() + "release\ny\nS0000000001D\n"));
    assert!(shown.contains("Released"), "{shown}");
    crate::until("it is released", || (pool.kept(0)["state"] == "Released").then_some(()));
    let body = pool.wait(&path, "Succeeded");
    let message = body["properties"]["statusMessage"].as_str().expect("text");
    assert!(message.contains("everything is erased"), "{message}");
    assert_eq!(body["properties"].get("endpoints"), None);
    assert!(std::net::TcpStream::connect(address).is_err());
    assert_eq!(pool.process(FIRST), None);
    let (_, shown) = pool.console(&format!("show {FIRST}\n"));
    assert!(shown.contains("Administration by the provider  on"), "{shown}");
    assert_eq!(pool.ask("DELETE", &path, "").status, 202);
    pool.wait_gone(&path);
    let text = fs::read_to_string(place.evidence(FIRST)).expect("evidence");
    let (_, records) = lease::evidence::verify(&text, None).expect("it verifies");
    assert_eq!(records[0].actor, lease::evidence::Actor::Tenant);
    assert_eq!(records[0].state_before, lease::device::State::Commissioned);
    let cards = records[0].erased.iter().find(|it| it.class == "key cards commissioned");
    assert_eq!(cards.map(|it| it.count), Some(2));
    assert!(records[0].is_clean());
}

#[test]
fn an_appliance_that_does_not_start_fails_its_resource() {
    let place = Place::new("fails");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let pool = place.start_with(&["--ports", &port]);
    let path = resource("hsm-1");
    assert_eq!(pool.put(&path, SMALL, "stamp1").status, 201);
    let body = pool.wait(&path, "Failed");
    let message = body["properties"]["statusMessage"].as_str().expect("text");
    assert!(message.contains("does not start"), "{message}");
    assert_eq!(pool.ask("DELETE", &path, "").status, 409);
    assert_eq!(pool.ask("DELETE", &format!("{path}?force=REQ-1"), "").status, 202);
    pool.wait_gone(&path);
    drop(taken);
    let log = pool.stop();
    assert!(log.contains("it is started again in 2 s; its log is"), "{log}");
}

#[test]
fn a_third_appliance_at_one_stamp_fails_and_a_second_tenant_waits() {
    let place = Place::new("quota");
    let pool = place.start_with(&["--appliances", "3"]);
    pool.lease(&resource("one"), SMALL, "stamp1");
    pool.lease(&resource("two"), SMALL, "stamp1");
    let three = resource("three");
    assert_eq!(pool.put(&three, SMALL, "stamp1").status, 201);
    let body = pool.wait(&three, "Failed");
    assert!(body["properties"]["statusMessage"].as_str().expect("text").contains("quota"));
    assert_eq!(pool.ask("DELETE", &three, "").status, 202);
    pool.wait_gone(&three);
    let shop = resource_of("shop", "hsm");
    pool.put(&shop, SMALL, "stamp1");
    let body = pool.wait(&shop, "Allocating");
    let message = body["properties"]["statusMessage"].as_str().expect("text");
    assert!(message.contains("2 are leased"), "{message}");
    assert_eq!(pool.ask("DELETE", &format!("{}?force=R", resource("one")), "").status, 202);
    pool.wait(&shop, "Succeeded");
    assert_eq!(pool.put(&resource("far"), SMALL, "stamp9").code(), "InvalidRequest");
    assert_eq!(pool.kept(1)["state"], "Pooled", "{SECOND} was not asked for");
}
