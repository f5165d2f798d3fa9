//! `SYSLOG` Set where the logs are sent.

use std::path::PathBuf;

use appliance::{Action, Category, SyslogSettings, Transport};

use super::cs::kept;
use crate::answers::Yes;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("SYSLOG", "Set the syslog receiver of audit log and error log", run)
        .offline()
        .authorised(Category::Audit)
        .audited();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let mut settings = desk.state().settings.syslog.clone();
    show(desk, &settings)?;
    let Yes(enabled) = desk.ask_as("Enable syslog? [Y/N]: ")?;
    settings.enabled = enabled;
    if enabled {
        ask(desk, &mut settings)?;
    }
    desk.change(|state| state.settings.syslog = settings.clone())?;
    desk.did(Action::Miscellaneous);
    show(desk, &settings)
}

fn ask(desk: &mut Desk<'_>, settings: &mut SyslogSettings) -> Outcome {
    let present = word(settings.transport);
    let typed = kept(desk, &format!("Protocol [UDP/TCP/TLS] ({present}): "), |text| {
        match text.to_ascii_uppercase().as_str() {
            "UDP" => Some(Transport::Udp),
            "TCP" => Some(Transport::Tcp),
            "TLS" => Some(Transport::Tls),
            _ => None,
        }
    })?;
    settings.transport = typed.unwrap_or(settings.transport);
    let typed = kept(desk, &format!("Receiver [host:port] ({}): ", settings.server), |text| {
        let (host, port) = text.rsplit_once(':')?;
        let fits = !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0);
        fits.then(|| text.to_owned())
    })?;
    if let Some(server) = typed {
        settings.server = server;
    }
    if settings.transport == Transport::Tls {
        let present = settings.certificate_authority.display();
        let prompt = format!("File with the certificate authority ({present}): ");
        if let Some(file) = kept(desk, &prompt, |text| Some(PathBuf::from(text)))? {
            settings.certificate_authority = file;
        }
    }
    Ok(())
}

fn show(desk: &mut Desk<'_>, settings: &SyslogSettings) -> Outcome {
    if !settings.enabled {
        return desk.tell("Syslog: disabled");
    }
    desk.tell(format!("Syslog: {} to {}", word(settings.transport), settings.server))?;
    let syslog = desk.appliance().syslog();
    desk.tell(format!("Messages sent: {}, dropped: {}", syslog.sent(), syslog.dropped()))
}

const fn word(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
        Transport::Tls => "TLS",
    }
}
