//! `KG` Generate a key.

use crate::answers::ZmkScheme;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("KG", "Generate a key, and export it under a ZMK if wanted", run);

/// The work is that of the host command A0, with the activities of the console.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let to = desk.destination()?;
    let ZmkScheme(exported) = desk.ask()?;
    let (mode, export) = match exported {
        None => ('0', String::new()),
        Some(scheme) => {
            let (zmk, variant) = desk.zmk()?;
            ('1', format!(";0{zmk}{scheme}{variant}"))
        }
    };
    let (code, scheme) = (to.type_code().to_owned(), to.scheme());
    let (_, reply) = desk.work(&format!("A0{mode}{code}{scheme}{export}{}", to.tail(true)))?;
    let (key, rest) = split(&reply);
    desk.tell(format!("Key under LMK: {}", crate::screens::encrypted(key)))?;
    let mut check_value = rest;
    if exported.is_some() {
        let (key, rest) = split(rest);
        desk.tell(format!("Key under ZMK: {}", crate::screens::encrypted(key)))?;
        check_value = rest;
    }
    desk.tell(format!("Key check value: {check_value}"))
}

/// The key in front, and what follows it.
pub(super) fn split(reply: &str) -> (&str, &str) {
    let length = vault::Token::length_of(reply.as_bytes(), 16).unwrap_or(reply.len());
    reply.split_at_checked(length).unwrap_or((reply, ""))
}
