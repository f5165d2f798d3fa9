//! `SI` Import certificates.

use appliance::Action;
use certificates::{Certificate, Identity};

use super::cs::kept;
use crate::{Command, Desk, Echo, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("SI", "Import the certificate of the TLS ports, or that of an authority", run)
        .secure()
        .audited();

/// Words of the dialogue are inferred.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let prompt = "Certificate of this appliance, or of an authority that certifies clients [S/A]: ";
    let is_own = loop {
        let typed = kept(desk, prompt, |text| match text.to_ascii_uppercase().as_str() {
            "S" => Some(true),
            "A" => Some(false),
            _ => None,
        })?;
        if let Some(is_own) = typed {
            break is_own;
        }
    };
    let certificates = pasted(desk)?;
    let mut identity: Identity = desk.state().host_ports.identity.clone();
    let count = certificates.len();
    let taken = if is_own {
        identity.set_chain(certificates)
    } else {
        certificates.into_iter().try_for_each(|certificate| identity.trust(certificate))
    };
    if let Err(fault) = taken {
        return Stop::no(fault.to_string());
    }
    desk.change(|state| state.host_ports_mut().identity = identity)?;
    desk.did(Action::HostCertificate);
    desk.tell(format!("Certificates imported: {count}"))
}

/// Certificates in PEM, up to an empty line.
fn pasted(desk: &mut Desk<'_>) -> Outcome<Vec<Certificate>> {
    desk.tell("Paste certificates (PEM) and an empty line:")?;
    let mut text = String::new();
    loop {
        let line = desk.text("", Echo::Plain)?;
        if line.trim().is_empty() {
            break;
        }
        text.push_str(line.trim());
        text.push('\n');
        if text.len() > 64 * 1024 {
            return Stop::no("These are too many");
        }
    }
    Certificate::all_from_pem(&text).or_else(|fault| Stop::no(fault.to_string()))
}
