//! A client of the control plane.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::{PATIENCE, Pool, until};

/// What comes back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The code of an error, which has the shape of all errors.
    pub(crate) fn code(&self) -> &str {
        let error = &self.body["error"];
        let told = error["message"].as_str().is_some_and(|text| !text.is_empty());
        assert!(told, "no message: {self:?}");
        error["code"].as_str().expect("a code")
    }
}

/// Path of a resource.
pub(crate) fn resource(name: &str) -> String {
    resource_of("bank", name)
}

pub(crate) fn resource_of(subscription: &str, name: &str) -> String {
    format!(
        "/subscriptions/{subscription}/resourceGroups/cards/providers/\
         Microsoft.HardwareSecurityModules/dedicatedHSMs/{name}"
    )
}

/// Body of a `PUT`.
pub(crate) fn wish(sku: &str, stamp: &str) -> Value {
    json!({ "location": "local", "sku": { "name": sku }, "properties": { "stampId": stamp } })
}

/// Sends bytes as they are.
pub(crate) fn raw(address: &str, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).expect("it accepts");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    // One that is refused may not be read to its end.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).expect("it is text");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text}"));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
    let body =
        if body.is_empty() { Value::Null } else { serde_json::from_str(body).expect("JSON") };
    Answer { status, head: head.to_lowercase(), body }
}

impl Pool<'_> {
    /// With the token, and the version unless the path names one.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let token = format!("Authorization: Bearer {}\r\n", self.token);
        let mark = if path.contains('?') { '&' } else { '?' };
        self.ask_as(&token, method, &format!("{path}{mark}api-version=2025-03-31"), body)
    }

    pub(crate) fn ask_as(&self, token: &str, method: &str, path: &str, body: &str) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: pool\r\nConnection: close\r\n{token}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        raw(&self.address, request.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    pub(crate) fn put(&self, path: &str, sku: &str, stamp: &str) -> Answer {
        self.ask("PUT", path, &wish(sku, stamp).to_string())
    }

    /// Waits until a resource is so far.
    pub(crate) fn wait(&self, path: &str, state: &str) -> Value {
        until(state, || {
            let Answer { status, body, .. } = self.get(path);
            (status == 200 && body["properties"]["provisioningState"] == state).then_some(body)
        })
    }

    /// Creates a resource and waits until its appliance is there; where its host port is.
    pub(crate) fn lease(&self, path: &str, sku: &str, stamp: &str) -> String {
        assert_eq!(self.put(path, sku, stamp).status, 201);
        self.reached(path)
    }

    /// Where the host port of a resource is, once it is there.
    pub(crate) fn reached(&self, path: &str) -> String {
        until("the host port is known", || {
            let body = self.wait(path, "Succeeded");
            Some(body["properties"]["endpoints"]["host"].as_str()?.to_owned())
        })
    }

    /// Waits until there is no such resource any more.
    pub(crate) fn wait_gone(&self, path: &str) {
        until("it is gone", || (self.get(path).status == 404).then_some(()));
    }
}
