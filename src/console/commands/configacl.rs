//! `CONFIGACL` Configure who may connect to the host ports.

use appliance::{AccessEntry, Action, HostPorts, Mode};
use certificates::Client;

use super::cs::kept;
use crate::{Command, Desk, Outcome, Stop};

pub(super) const COMMAND: Command = Command::new(
    "CONFIGACL",
    "View who may connect to the host ports; while the appliance is not online, change it",
    run,
)
.audited();

/// An entry of one of the lists.
enum Entry {
    Address(AccessEntry),
    /// Of the certificate that a client shows over TLS.
    Client(Client),
}

/// Words of the dialogue are inferred. A change is obeyed at once, by open connections with their next message.
fn run(desk: &mut Desk<'_>) -> Outcome {
    show(desk)?;
    if desk.state().locks.mode() == Mode::Online {
        return Ok(());
    }
    loop {
        let action = choice(desk, "Add, Delete or Quit [A/D/Q]: ", "ADQ")?;
        match action {
            'A' => {
                let entry = entry(desk)?;
                desk.change(|state| add(state.host_ports_mut(), entry))?;
            }
            'D' => {
                let number = kept(desk, "Number of entry: ", |text| text.parse().ok())?;
                let removed = match number {
                    Some(number) => desk.change(|state| remove(state.host_ports_mut(), number))?,
                    None => None,
                };
                if removed.is_none() {
                    desk.refuse("No such entry")?;
                    continue;
                }
            }
            _ => return Ok(()),
        }
        desk.did(Action::AccessList);
        show(desk)?;
    }
}

fn show(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    let HostPorts { access, identity, .. } = &*state.host_ports;
    let obeyed = if access.is_enabled { "enabled" } else { "disabled, CH enables it" };
    desk.tell(format!("Access control list ({obeyed}):"))?;
    let count = access.entries.len();
    for (number, entry) in (1..).zip(&access.entries) {
        desk.tell(format!("{number:>3}  {}", described(*entry)))?;
    }
    if count == 0 {
        desk.tell("none")?;
    }
    desk.tell("TLS clients:")?;
    for (number, client) in (count + 1..).zip(&identity.clients) {
        desk.tell(format!("{number:>3}  {client}"))?;
    }
    if identity.clients.is_empty() {
        desk.tell("all with a certificate of a trusted authority")?;
    }
    Ok(())
}

fn described(entry: AccessEntry) -> String {
    let kind = match entry {
        AccessEntry::Single(_) => "Single",
        AccessEntry::Range(..) => "Range",
        AccessEntry::Mask(..) => "Mask",
    };
    format!("{kind:<7} {entry}")
}

fn entry(desk: &mut Desk<'_>) -> Outcome<Entry> {
    let kind = choice(desk, "Single, Range, Mask or Certificate of a TLS client [S/R/M/C]: ", "SRMC")?;
    let text = match kind {
        'S' => line(desk, "IP address: ")?,
        'R' => {
            let first = line(desk, "First IP address: ")?;
            format!("{first}-{}", line(desk, "Last IP address: ")?)
        }
        'M' => {
            let network = line(desk, "IP address: ")?;
            format!("{network}/{}", line(desk, "Mask: ")?)
        }
        _ => {
            let text = line(desk, "Common name, subject or SHA-256 fingerprint: ")?;
            return text.parse().map(Entry::Client).or_else(Stop::no);
        }
    };
    text.parse().map(Entry::Address).or_else(Stop::no)
}

fn choice(desk: &mut Desk<'_>, prompt: &str, letters: &str) -> Outcome<char> {
    loop {
        let letter = kept(desk, prompt, |text| {
            let mut letters_typed = text.chars().map(|letter| letter.to_ascii_uppercase());
            let letter = letters_typed.next().filter(|letter| letters.contains(*letter));
            if letters_typed.next().is_none() { letter } else { None }
        })?;
        if let Some(letter) = letter {
            return Ok(letter);
        }
    }
}

fn line(desk: &mut Desk<'_>, prompt: &str) -> Outcome<String> {
    Ok(desk.text(prompt, crate::Echo::Plain)?.trim().to_owned())
}

fn add(ports: &mut HostPorts, entry: Entry) {
    match entry {
        Entry::Address(entry) => ports.access.entries.push(entry),
        Entry::Client(client) => ports.identity.clients.push(client),
    }
}

/// Removes the entry of this number, counted from 1 over both lists.
fn remove(ports: &mut HostPorts, number: usize) -> Option<()> {
    let at = number.checked_sub(1)?;
    let addresses = ports.access.entries.len();
    if at < addresses {
        ports.access.entries.remove(at);
        return Some(());
    }
    let clients = &mut ports.identity.clients;
    (at - addresses < clients.len()).then(|| drop(clients.remove(at - addresses)))
}
