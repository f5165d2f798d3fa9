//! `strongroom send`: one host command, and its reply raw and decoded.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use host_commands::{
    explain::{Explained, explain},
    find,
};

use crate::{escape::Escaped, explain::Reading, failure::Failure};

/// Send one host command, and print the reply raw and decoded
///
/// A command that prints has a second reply, which is waited for. Exit status 1 if a reply carries an
/// error code, 2 if there is no reply.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example, with `strongroom serve --dev` running:\n  strongroom send 'NC'")]
pub(crate) struct Arguments {
    /// Command code and fields, without header and length; \xNN stands for a byte, and - reads
    /// standard input
    message: Escaped,
    /// Host port to send to
    #[arg(long, default_value = "127.0.0.1:1500", value_name = "ADDR:PORT")]
    target: String,
    /// Message header, as long as the appliance is set to
    #[arg(long, default_value = "HEAD", value_name = "TEXT")]
    header: Escaped,
    /// Seconds to wait for the connection and for each reply
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    #[command(flatten)]
    reading: Reading,
    /// Show clear PINs and key components instead of asterisks; only if the appliance has a public
    /// test LMK
    #[arg(long)]
    reveal: bool,
}

/// Check values of the public test LMKs, as NC reports them.
const TEST_LMKS: [&[u8]; 3] = [b"268604", b"165126", b"9D04A0"];

/// Sends, waits, prints.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { header: Escaped(header), reveal, .. } = arguments;
    let message = arguments.message.or_standard_input()?;
    if message.len() < 2 {
        return Err(Failure::usage("a message begins with a command code, as in `send 'NC'`"));
    }
    let request = [&header[..], &message].concat();
    let mut host = Host::connect(arguments)?;
    if *reveal && !host.has_test_lmk(header)? {
        return Err(Failure::usage(
            "--reveal is only for appliances whose LMK is a public test LMK: leave it out",
        ));
    }
    let reply = host.exchange(&request)?;
    show(&reply, &request, arguments)?;
    let code = message.first_chunk().and_then(|code| find(*code));
    if code.is_some_and(|entry| entry.spec.print_code.is_some()) {
        show(&host.receive()?, &request, arguments)?;
    }
    Ok(())
}

/// Prints a reply, raw and decoded; an error code in it is a failure.
fn show(reply: &[u8], request: &[u8], arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { header: Escaped(header), reading, reveal, .. } = arguments;
    let explained = match explain(reply, Some(request), reading.context(header.len())) {
        Ok(explained) if reply.starts_with(header) => explained,
        _ => {
            raw(reply)?;
            return Err(unknown(reply, request, header.len()));
        }
    };
    if *reveal {
        raw(reply)?;
    } else {
        raw(&masked(reply, &explained))?;
    }
    reading.print(&explained, reply, *reveal)?;
    let Some(line) = explained.lines.iter().find(|line| line.name == "error code") else {
        return Ok(());
    };
    match reply.get(line.at.clone()) {
        Some(b"00") => Ok(()),
        error => {
            let error = error.unwrap_or_default().escape_ascii();
            Err(Failure::answer(format_args!("error {error}: {}", line.note)))
        }
    }
}

/// What to make of a reply that cannot be decoded.
fn unknown(reply: &[u8], request: &[u8], header: usize) -> Failure {
    let (head, code) = request.split_at(header);
    let answers = match (reply.strip_prefix(head), code) {
        (Some([b'Z', b'Z', error @ ..]), _) => Some(error),
        (Some([a, b, error @ ..]), [c, d, ..]) if a == c && *b == d.wrapping_add(1) => Some(error),
        _ => None,
    };
    match answers {
        Some(error) => Failure::answer(format_args!(
            "error {}: the appliance does not know the command; `strongroom commands` lists all",
            error.escape_ascii()
        )),
        None => Failure::usage(format_args!(
            "that does not answer the command: is the appliance set to a header of {header} \
             characters? --header takes another"
        )),
    }
}

/// Prints a reply as it came, on one line.
fn raw(reply: &[u8]) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", reply.escape_ascii()).map_err(Failure::output)
}

/// The reply with asterisks for what is clear.
fn masked(reply: &[u8], explained: &Explained) -> Vec<u8> {
    let mut masked = reply.to_vec();
    for line in explained.lines.iter().filter(|line| line.is_secret) {
        masked.get_mut(line.at.clone()).unwrap_or_default().fill(b'*');
    }
    masked
}

/// A connection to a host port.
struct Host<'a> {
    stream: TcpStream,
    arguments: &'a Arguments,
}

impl<'a> Host<'a> {
    fn connect(arguments: &'a Arguments) -> Result<Self, Failure> {
        let Arguments { target, timeout, .. } = arguments;
        let refused = |reason: &dyn std::fmt::Display| {
            Failure::usage(format!(
                "no connection to {target}: {reason}; is `strongroom serve --dev` running there?"
            ))
        };
        let addresses = target.to_socket_addrs().map_err(|reason| match reason.kind() {
            io::ErrorKind::InvalidInput => Failure::usage(format_args!(
                "--target {target} is not ADDR:PORT, for example 127.0.0.1:1500"
            )),
            _ => refused(&reason),
        })?;
        let timeout = Duration::from_secs(*timeout);
        let mut last = None;
        for address in addresses {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(timeout)).map_err(Failure::usage)?;
                    stream.set_nodelay(true).map_err(Failure::usage)?;
                    return Ok(Self { stream, arguments });
                }
                Err(reason) => last = Some(reason),
            }
        }
        Err(last.map_or_else(|| refused(&"no such address"), |reason| refused(&reason)))
    }

    /// Whether the LMK of the port is a public test LMK, by its check value.
    fn has_test_lmk(&mut self, header: &[u8]) -> Result<bool, Failure> {
        let reply = self.exchange(&[header, b"NC"].concat())?;
        let check_value = reply.strip_prefix(header).and_then(|reply| reply.get(4..10));
        Ok(check_value.is_some_and(|value| TEST_LMKS.contains(&value)))
    }

    /// Sends one message and waits for its reply.
    fn exchange(&mut self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        let length = u16::try_from(message.len())
            .map_err(|_| Failure::usage("a message has at most 65,535 bytes with its header"))?;
        let sent = self.stream.write_all(&[&length.to_be_bytes()[..], message].concat());
        sent.map_err(|reason| self.no_reply(&reason))?;
        self.receive()
    }

    /// Waits for a reply.
    fn receive(&mut self) -> Result<Vec<u8>, Failure> {
        let mut receive = || {
            let mut length = [0; 2];
            self.stream.read_exact(&mut length)?;
            let mut reply = vec![0; u16::from_be_bytes(length).into()];
            self.stream.read_exact(&mut reply)?;
            Ok(reply)
        };
        receive().map_err(|reason: io::Error| self.no_reply(&reason))
    }

    fn no_reply(&self, reason: &io::Error) -> Failure {
        let Arguments { target, timeout, .. } = self.arguments;
        Failure::usage(match reason.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                format!("no reply from {target} within {timeout} s; --timeout waits longer")
            }
            _ => format!(
                "{target} closed the connection without a reply ({reason}); is it a host port, \
                 and the message no longer than its frame limit?"
            ),
        })
    }
}
