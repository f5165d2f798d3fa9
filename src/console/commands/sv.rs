//! `SV` View certificates.

use certificates::{Certificate, Identity, Validity};

use super::cs::kept;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("SV", "View the certificates of the TLS ports and of trusted authorities", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    let identity = &state.host_ports.identity;
    let key = match (identity.key(), identity.chain()) {
        (None, _) => "none; SG generates one",
        (Some(_), []) => "without a certificate; SI imports it",
        (Some(_), _) => "present",
    };
    desk.tell(format!("Key: {key}"))?;
    for (number, (role, certificate)) in (1..).zip(listed(identity)) {
        show(desk, number, role, certificate)?;
    }
    Ok(())
}

/// Every certificate and what it is for, in the order of their numbers.
fn listed(identity: &Identity) -> impl Iterator<Item = (&'static str, &Certificate)> {
    let roles = core::iter::once("This appliance").chain(core::iter::repeat("Chain"));
    let own = roles.zip(identity.chain());
    own.chain(identity.authorities().iter().map(|it| ("Authority of clients", it)))
}

fn show(desk: &mut Desk<'_>, number: u32, role: &str, certificate: &Certificate) -> Outcome {
    let Validity { from, to } = certificate.validity();
    let names = certificate.names();
    for line in [
        String::new(),
        format!("{number}. {role}"),
        format!("Subject: {}", certificate.subject()),
        format!("Issuer: {}", certificate.issuer()),
        format!("Serial number: {}", certificate.serial_number()),
        format!("Valid: {from} to {to}"),
        format!("Names: {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") }),
        format!("SHA-256: {}", hex::encode_upper(certificate.fingerprint())),
    ] {
        desk.tell(line)?;
    }
    Ok(())
}

/// Asks for the number of a certificate, as SV shows it.
pub(super) fn numbered(desk: &mut Desk<'_>) -> Outcome<(usize, Certificate)> {
    let state = desk.state();
    let all: Vec<_> = listed(&state.host_ports.identity).collect();
    for (number, (role, certificate)) in (1..).zip(&all) {
        desk.tell(format!("{number}. {role}: {}", certificate.subject()))?;
    }
    if all.is_empty() {
        return Stop::no("There are no certificates");
    }
    let number = kept(desk, "Number of certificate: ", |text| {
        text.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < all.len())
    })?;
    match number.and_then(|at| Some((at, all.get(at)?.1.clone()))) {
        Some(chosen) => Ok(chosen),
        None => Err(Stop::Aborted),
    }
}
