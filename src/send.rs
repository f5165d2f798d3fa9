//! `strongroom send`: one host command, and its reply raw and decoded.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use host_commands::explain::explain;

use crate::{
    escape::Escaped,
    explain::{Reading, print, unexplained},
    failure::Failure,
};

/// Sends one host command and prints the reply, raw and decoded.
///
/// Exit status 1 if the reply carries an error code.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: strongroom send 'NC'")]
pub(crate) struct Arguments {
    /// Command code and fields, without header and length; \xNN stands for a byte.
    message: Escaped,
    /// Host port to send to.
    #[arg(long, default_value = "127.0.0.1:1500", value_name = "ADDR:PORT")]
    target: String,
    /// Message header; the reply repeats it.
    #[arg(long, default_value = "HEAD", value_name = "TEXT")]
    header: Escaped,
    /// Seconds to wait for the reply.
    #[arg(long, default_value_t = 10)]
    timeout: u64,
    #[command(flatten)]
    reading: Reading,
    /// Show clear PINs and key components; only if the appliance has public test LMKs.
    #[arg(long)]
    reveal: bool,
}

/// Check values of the public test LMKs, as NC reports them.
const TEST_LMKS: [&[u8]; 3] = [b"268604", b"165126", b"9D04A0"];

/// Sends, waits, prints.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { message, header, reading, .. } = arguments;
    let mut context = reading.context();
    context.header = header.0.len();
    let mut connection = connect(arguments)?;
    let reveal = arguments.reveal && {
        let reply = exchange(&mut connection, &[&header.0, &b"NC"[..]].concat(), arguments)?;
        let check_value = reply.get(header.0.len() + 4..header.0.len() + 10);
        check_value.is_some_and(|value| TEST_LMKS.contains(&value))
    };
    if arguments.reveal && !reveal {
        return Err(Failure::usage(
            "--reveal is only for appliances whose LMK is a public test LMK: leave it out",
        ));
    }
    let request = [&header.0[..], &message.0].concat();
    let reply = exchange(&mut connection, &request, arguments)?;
    writeln!(io::stdout(), "{}", reply.escape_ascii()).map_err(Failure::usage)?;
    let explained = match explain(&reply, Some(&request), context) {
        Ok(explained) => explained,
        // A code that is known by name only has no layout to decode by.
        Err(_) if reply.ends_with(b"68") => {
            return Err(Failure::answer("error 68: the command is disabled, or not built"));
        }
        Err(reason) => return Err(unexplained(reason)),
    };
    print(&explained, &reply, reveal).map_err(Failure::usage)?;
    let error = reply.get(header.0.len() + 2..header.0.len() + 4).unwrap_or_default();
    if error == b"00" {
        return Ok(());
    }
    let line = explained.lines.iter().find(|line| line.name == "error code");
    let meaning = line.map(|line| line.note.as_str()).unwrap_or_default();
    Err(Failure::answer(format!("error {}: {meaning}", error.escape_ascii())))
}

fn connect(arguments: &Arguments) -> Result<TcpStream, Failure> {
    let Arguments { target, timeout, .. } = arguments;
    let refused = |reason: &dyn std::fmt::Display| {
        Failure::usage(format!(
            "no connection to {target}: {reason}; is `strongroom serve --dev` running?"
        ))
    };
    let address = target
        .to_socket_addrs()
        .map_err(|reason| refused(&reason))?
        .next()
        .ok_or_else(|| refused(&"no such address"))?;
    let timeout = Duration::from_secs((*timeout).max(1));
    let connection =
        TcpStream::connect_timeout(&address, timeout).map_err(|reason| refused(&reason))?;
    connection.set_read_timeout(Some(timeout)).map_err(Failure::usage)?;
    connection.set_nodelay(true).map_err(Failure::usage)?;
    Ok(connection)
}

fn exchange(
    connection: &mut TcpStream,
    message: &[u8],
    arguments: &Arguments,
) -> Result<Vec<u8>, Failure> {
    let lost = |reason: io::Error| {
        let Arguments { target, timeout, .. } = arguments;
        Failure::usage(match reason.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                format!("no reply from {target} within {timeout} s; --timeout waits longer")
            }
            _ => format!("{target} closed the connection: {reason}"),
        })
    };
    let length = u16::try_from(message.len())
        .map_err(|_| Failure::usage("a message has at most 65,535 bytes"))?;
    connection.write_all(&[&length.to_be_bytes()[..], message].concat()).map_err(lost)?;
    let mut length = [0; 2];
    connection.read_exact(&mut length).map_err(lost)?;
    let mut reply = vec![0; u16::from_be_bytes(length).into()];
    connection.read_exact(&mut reply).map_err(lost)?;
    Ok(reply)
}
