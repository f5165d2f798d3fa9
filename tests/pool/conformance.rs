//! The document of the control plane against the control plane that runs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::http::{Answer, raw, resource, wish};
use crate::schema::Document;
use crate::{LARGE, Place, Pool, SMALL};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// Calls something of the document, and holds the answer against it.
fn call(
    pool: &Pool<'_>,
    document: &Document,
    called: &mut BTreeSet<String>,
    line: &str,
    body: &Value,
) -> Answer {
    let (method, path) = line.split_once(' ').expect("a method");
    let filled = path
        .replace("{subscription}", "bank")
        .replace("{group}", "cards")
        .replace("{name}", "hsm-1");
    let template = path.split('?').next().expect("a path");
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let answer = pool.ask(&method.to_uppercase(), &filled, &text);
    let operation = document.operation(template, method);
    if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema")
        && answer.status < 300
    {
        document.check(schema, body, "what was sent");
    }
    document.check_answer(operation, answer.status, &answer.body);
    called.insert(format!("{method} {template}"));
    answer
}

#[test]
fn everything_in_the_document_is_as_it_says() {
    let place = Place::new("document");
    let pool = place.start_with(&["--appliances", "3"]);
    let document = Document(pool.ask_as("", "GET", "/openapi.json", "").body);
    let hsm = "/subscriptions/{subscription}/resourceGroups/{group}/providers/\
               Microsoft.HardwareSecurityModules/dedicatedHSMs/{name}";
    let group = hsm.strip_suffix("/{name}").expect("a name");
    let all =
        "/subscriptions/{subscription}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs";
    let mut called = BTreeSet::new();
    let mut call = |status: u16, line: String, body: Value| {
        let answer = call(&pool, &document, &mut called, &line, &body);
        assert_eq!(answer.status, status, "{line}: {answer:?}");
        answer
    };
    call(404, format!("get {hsm}"), Value::Null);
    call(404, format!("get {hsm}/outboundNetworkDependenciesEndpoints"), Value::Null);
    let mut full = wish(SMALL, "stamp1");
    full["tags"] = json!({ "owner": "cards" });
    full["properties"]["networkProfile"] = json!({
        "subnet": { "resourceId": "/subscriptions/bank/subnets/one" },
        "networkInterfaces": [{ "privateIpAddress": "127.0.0.1" }],
    });
    full["properties"]["networkProfile"]["subnet"] =
        json!({ "id": "/subscriptions/bank/subnets/one" });
    call(201, format!("put {hsm}"), full.clone());
    pool.wait(&resource("hsm-1"), "Succeeded");
    let found = call(200, format!("put {hsm}"), full);
    let network = &found.body["properties"]["networkProfile"];
    assert_eq!(network["subnet"]["id"], "/subscriptions/bank/subnets/one");
    call(200, format!("get {hsm}"), Value::Null);
    call(200, format!("patch {hsm}"), json!({ "sku": { "name": LARGE } }));
    call(400, format!("patch {hsm}"), json!({ "sku": { "name": "payShield10K_LMK9_CPS60" } }));
    call(400, format!("put {hsm}"), json!({ "location": "local" }));
    call(409, format!("put {hsm}"), wish(SMALL, "stamp1"));
    call(200, format!("get {hsm}/outboundNetworkDependenciesEndpoints"), Value::Null);
    call(
        200,
        "get /providers/Microsoft.HardwareSecurityModules/operations".to_owned(),
        Value::Null,
    );
    call(200, "get /openapi.json".to_owned(), Value::Null);

    // Pages.
    assert_eq!(pool.put(&resource("hsm-2"), SMALL, "stamp2").status, 201);
    for list in [group, all] {
        let whole = call(200, format!("get {list}"), Value::Null);
        assert_eq!(whole.body["value"].as_array().map(Vec::len), Some(2));
        assert_eq!(whole.body.get("nextLink"), None);
        let first = call(200, format!("get {list}?$top=1"), Value::Null);
        assert_eq!(first.body["value"][0]["name"], "hsm-1");
        let token = format!("Authorization: Bearer {}\r\n", pool.token);
        let next = first.body["nextLink"].as_str().expect("there are more");
        let second = pool.ask_as(&token, "GET", next, "");
        document.check_answer(document.operation(list, "get"), second.status, &second.body);
        assert_eq!(second.body["value"][0]["name"], "hsm-2");
        assert_eq!(second.body.get("nextLink"), None);
        call(400, format!("get {list}?$top=many"), Value::Null);
    }

    call(409, format!("delete {hsm}"), Value::Null);
    call(202, format!("delete {hsm}?force=REQ-1"), Value::Null);
    pool.wait_gone(&resource("hsm-1"));
    call(204, format!("delete {hsm}"), Value::Null);
    assert_eq!(called, document.operations(), "all of the document, and nothing else");

    // And nothing that is not in it.
    for (path, item) in document.0["paths"].as_object().expect("paths") {
        let path = path.replace("{subscription}", "bank").replace("{group}", "cards");
        let path = path.replace("{name}", "hsm-2");
        for method in METHODS.iter().filter(|method| item.get(**method).is_none()) {
            let answer = pool.ask(&method.to_uppercase(), &path, "");
            assert_eq!(
                (answer.status, answer.code()),
                (405, "MethodNotAllowed"),
                "{method} {path}"
            );
        }
        let answer = pool.get(&format!("{path}/more"));
        let is_resource = path.ends_with("dedicatedHSMs") && path.contains("resourceGroups");
        if !is_resource {
            assert_eq!((answer.status, answer.code()), (404, "NotFound"), "{path}/more");
        }
    }
}

#[test]
fn every_refusal_has_the_same_shape() {
    let place = Place::new("refusals");
    let pool = place.start();
    let path = resource("hsm-1");
    let token = format!("Authorization: Bearer {}\r\n", pool.token);
    let versioned = format!("{path}?api-version=2021-11-30");
    for wrong in [
        String::new(),
        "Authorization: Bearer \r\n".to_owned(),
        "Authorization: Basic c3Ryb25nOnJvb20=\r\n".to_owned(),
        token.replace(&pool.token, &"0".repeat(pool.token.len())),
        token.replace(&pool.token, &pool.token[1..]),
    ] {
        for at in [&versioned, "/nowhere", "/"] {
            let answer = pool.ask_as(&wrong, "GET", at, "");
            assert_eq!(
                (answer.status, answer.code()),
                (401, "AuthenticationFailed"),
                "{wrong} {at}"
            );
            assert!(answer.head.contains("www-authenticate: bearer"), "{}", answer.head);
        }
    }
    let long = "x".repeat(70_000);
    let body = wish(SMALL, "stamp1").to_string();
    for (method, at, body, status, code) in [
        ("GET", "/", "", 404, "NotFound"),
        ("GET", "/subscriptions", "", 404, "NotFound"),
        ("GET", &*path, "", 400, "InvalidApiVersionParameter"),
        ("GET", &format!("{path}?api-version=2030-01-01"), "", 400, "InvalidApiVersionParameter"),
        ("POST", &versioned, "", 405, "MethodNotAllowed"),
        ("GET", &versioned, "", 404, "ResourceNotFound"),
        ("PATCH", &versioned, "{}", 404, "ResourceNotFound"),
        ("PUT", &versioned, "", 400, "InvalidRequestContent"),
        ("PUT", &versioned, "{\"location\":", 400, "InvalidRequestContent"),
        ("PUT", &versioned, &long, 413, "RequestEntityTooLarge"),
        ("PUT", &versioned.replace("hsm-1", "h"), &body, 400, "InvalidRequest"),
        ("PUT", &versioned.replace("hsm-1", "h_s_m"), &body, 400, "InvalidRequest"),
        ("PUT", &versioned.replace("bank", "b%1Bk"), &body, 400, "InvalidRequest"),
        ("PUT", &versioned.replace("cards", "c%20ds"), &body, 400, "InvalidRequest"),
        ("PUT", &versioned, &body.replace("CPS60", "CPS61"), 400, "InvalidSku"),
        ("PUT", &versioned, &body.replace("local", "moon"), 400, "InvalidRequest"),
        ("GET", &versioned.replace("bank", "%FF"), "", 400, "InvalidPath"),
    ] {
        let answer = pool.ask_as(&token, method, at, body);
        let told = (answer.status, answer.code());
        assert_eq!(told, (status, code), "{method} {at}: {answer:?}");
    }
    // What is no HTTP at all has no envelope, and does no harm.
    let answer = raw(&pool.address, b"\x00\x01\r\n\r\n");
    assert_eq!(answer.status, 400);
    assert_eq!(pool.get(&path).status, 404);
}
