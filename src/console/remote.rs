//! A console that is connected through a socket.
//!
//! The conversation is held by the appliance; the console shows lines, asks, and passes the sealed contents of cards. A
//! message is a letter, a length of four bytes, and so many bytes. The appliance sends `L` lines, `P` prompts, `S` prompts
//! of hidden answers, `T` prompts of answers that may be hidden, `C` names of cards, `W` cards to write (name, line feed,
//! contents) and `E` the end (`0` all well). The console begins with `H` (`tenant` or `provider`, `patient` or `script`, and
//! the credential of the door, with spaces between them), and answers `A` text, `X` gave up, `Z` nothing follows, `C`
//! contents of a card, `N` no such card, `K` written, `F` why not. Whoever is not let in is told why by `R`.

use std::io::{Read, Write};

use zeroize::{Zeroize as _, Zeroizing};

use crate::{Credential, Door, Drawer, Echo, NotAdmitted, Outcome, Party, Stop, Terminal};

/// Longest message: far more than any card or line has.
const LIMIT: usize = 64 * 1024;

/// The appliance's end.
#[derive(Debug)]
pub struct Remote<S> {
    stream: S,
    is_patient: bool,
}

impl<S: Read + Write> Remote<S> {
    /// Waits for who is there, and lets him in at this door, or tells him why not.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    pub fn accept(mut stream: S, door: &Door) -> Result<Self, NotAdmitted> {
        let (tag, hello) = receive(&mut stream).map_err(|_| NotAdmitted::Unknown)?;
        let (b'H', Ok(hello)) = (tag, core::str::from_utf8(&hello)) else {
            return Err(NotAdmitted::Unknown);
        };
        let mut words = hello.split(' ');
        let party = match words.next() {
            Some("tenant") => Party::Tenant,
            Some("provider") => Party::Provider,
            _ => return Err(NotAdmitted::Unknown),
        };
        let is_patient = words.next() == Some("patient");
        match door.admits(party, words.next().unwrap_or_default()) {
            Ok(()) => Ok(Self { stream, is_patient }),
            Err(why) => {
                // He may not wait to hear it.
                let _ = send(&mut stream, b'R', why.to_string().as_bytes());
                Err(why)
            }
        }
    }

    /// Says that the conversation is over, and whether all went well.
    ///
    /// # Errors
    /// [`Stop::Ended`] if the console is gone.
    pub fn end(&mut self, well: bool) -> Outcome {
        send(&mut self.stream, b'E', if well { b"0" } else { b"1" })
    }

    fn ask(&mut self, tag: u8, text: &[u8]) -> Outcome<(u8, Zeroizing<Vec<u8>>)> {
        send(&mut self.stream, tag, text)?;
        receive(&mut self.stream)
    }
}

impl<S: Read + Write> Terminal for Remote<S> {
    fn read(&mut self, prompt: &str, echo: Echo) -> Outcome<Zeroizing<String>> {
        let tag = match echo {
            Echo::Plain => b'P',
            Echo::Hidden => b'S',
            Echo::Shown => b'T',
        };
        match self.ask(tag, prompt.as_bytes())? {
            (b'A', text) => Ok(Zeroizing::new(String::from_utf8_lossy(&text).into_owned())),
            (b'X', _) => Err(Stop::Aborted),
            _ => Err(Stop::Ended),
        }
    }

    fn line(&mut self, text: &str) -> Outcome {
        send(&mut self.stream, b'L', text.as_bytes())
    }

    fn is_patient(&self) -> bool {
        self.is_patient
    }

    fn drawer(&mut self) -> &mut dyn Drawer {
        self
    }
}

impl<S: Read + Write> Drawer for Remote<S> {
    fn take(&mut self, name: &str) -> Outcome<Option<Vec<u8>>> {
        match self.ask(b'C', name.as_bytes())? {
            (b'C', sealed) => Ok(Some(sealed.to_vec())),
            (b'N', _) => Ok(None),
            (b'F', why) => Stop::no(String::from_utf8_lossy(&why).into_owned()),
            _ => Err(Stop::Ended),
        }
    }

    fn put(&mut self, name: &str, sealed: &[u8]) -> Outcome {
        match self.ask(b'W', &[name.as_bytes(), b"\n", sealed].concat())? {
            (b'K', _) => Ok(()),
            (b'F', why) => Stop::no(String::from_utf8_lossy(&why).into_owned()),
            _ => Err(Stop::Ended),
        }
    }
}

/// The console's end: serves the appliance on a terminal until the conversation is over. True if all went well.
///
/// # Errors
/// [`Stop::Refused`] if it does not let us in, [`Stop::Ended`] if it is gone.
pub fn attend(
    stream: &mut (impl Read + Write),
    terminal: &mut dyn Terminal,
    party: Party,
    credential: Option<&Credential>,
) -> Outcome<bool> {
    let party = if party == Party::Tenant { "tenant" } else { "provider" };
    let patience = if terminal.is_patient() { "patient" } else { "script" };
    let credential = credential.map_or("", Credential::digits);
    let hello = Zeroizing::new(format!("{party} {patience} {credential}"));
    send(stream, b'H', hello.as_bytes())?;
    loop {
        let (tag, message) = receive(stream)?;
        let text = || String::from_utf8_lossy(&message);
        match tag {
            b'L' => terminal.line(&text())?,
            b'P' | b'S' | b'T' => {
                let echo = match tag {
                    b'P' => Echo::Plain,
                    b'T' => Echo::Shown,
                    _ => Echo::Hidden,
                };
                match terminal.read(&text(), echo) {
                    Ok(answer) => send(stream, b'A', answer.as_bytes())?,
                    Err(Stop::Aborted) => send(stream, b'X', b"")?,
                    Err(_) => send(stream, b'Z', b"")?,
                }
            }
            b'C' => match terminal.drawer().take(&text()) {
                Ok(Some(sealed)) => send(stream, b'C', &sealed)?,
                Ok(None) => send(stream, b'N', b"")?,
                Err(stop) => fail(stream, stop)?,
            },
            b'W' => {
                let at = message.iter().position(|byte| *byte == b'\n').ok_or(Stop::Ended)?;
                let (name, sealed) = message.split_at(at);
                match terminal.drawer().put(&String::from_utf8_lossy(name), &sealed[1..]) {
                    Ok(()) => send(stream, b'K', b"")?,
                    Err(stop) => fail(stream, stop)?,
                }
            }
            b'E' => return Ok(message[..] == *b"0"),
            b'R' => return Stop::no(text().into_owned()),
            _ => return Err(Stop::Ended),
        }
    }
}

fn fail(stream: &mut impl Write, stop: Stop) -> Outcome {
    match stop {
        Stop::Refused(why) => send(stream, b'F', why.as_bytes()),
        stop => Err(stop),
    }
}

fn send(stream: &mut impl Write, tag: u8, message: &[u8]) -> Outcome {
    let length = u32::try_from(message.len()).map_err(|_| Stop::Ended)?;
    let mut whole = [&[tag][..], &length.to_be_bytes(), message].concat();
    let sent = stream.write_all(&whole).and_then(|()| stream.flush());
    whole.zeroize();
    sent.map_err(|_| Stop::Ended)
}

fn receive(stream: &mut impl Read) -> Outcome<(u8, Zeroizing<Vec<u8>>)> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).map_err(|_| Stop::Ended)?;
    let [tag, length @ ..] = head;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > LIMIT {
        return Err(Stop::Ended);
    }
    let mut message = Zeroizing::new(vec![0; length]);
    stream.read_exact(&mut message).map_err(|_| Stop::Ended)?;
    Ok((tag, message))
}
