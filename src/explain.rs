//! `strongroom explain`: decodes a request or a reply, offline, field by field.

use std::io::{self, Write};

use clap::ValueEnum;
use host_commands::explain::{Context, Explained, Unexplained, explain};
use wire::{ErrorCode, LmkKind, LmkPin, Scope, Stored};

use crate::{escape::Escaped, failure::Failure};

/// Decodes a request or a reply, offline, field by field.
///
/// Clear PINs and key components are masked. A reply reads best with its request beside it; without
/// it, a request that makes sense of the reply is assumed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: strongroom explain 'HEADM0000100BU5178C9D3D6F4A1C55178C9D3D6F4A1C5\
                        0010ABCDEF0123456789'"
)]
pub(crate) struct Arguments {
    /// Message without its length prefix; \xNN stands for a byte.
    message: Escaped,
    /// The request that the message answers, if it is a reply.
    #[arg(long)]
    request: Option<Escaped>,
    #[command(flatten)]
    reading: Reading,
    /// Show clear PINs and key components.
    #[arg(long)]
    reveal: bool,
}

/// How messages read: what must be known of the appliance.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Reading {
    /// Characters in the message header.
    #[arg(long, default_value_t = 4)]
    pub(crate) header_length: u8,
    /// Kind of the LMK that the message is under.
    #[arg(long, value_enum, default_value_t = Lmk::Variant)]
    lmk: Lmk,
    /// The appliance's setting "PIN length": a PIN under the LMK has one digit more.
    #[arg(long, default_value_t = 12)]
    pin_length: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Lmk {
    Variant,
    KeyBlock,
    AesKeyBlock,
}

impl Reading {
    pub(crate) fn context(&self) -> Context<'static> {
        let lmk = match self.lmk {
            Lmk::Variant => LmkKind::Variant,
            Lmk::KeyBlock => LmkKind::KeyBlock,
            Lmk::AesKeyBlock => LmkKind::AesKeyBlock,
        };
        let scope = Scope {
            lmk,
            lmk_pin: LmkPin::Digits(self.pin_length + 1),
            stored: &Somewhere,
            ..Scope::FACTORY
        };
        Context { header: self.header_length.into(), scope }
    }
}

/// User storage that nobody can look into: whatever is asked for may be there.
struct Somewhere;

impl Stored for Somewhere {
    fn get(&self, _: u16) -> Result<&[u8], ErrorCode> {
        Ok(b"U00000000000000000000000000000000")
    }
}

/// Decodes and prints.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let context = arguments.reading.context();
    let request = arguments.request.as_ref().map(|request| request.0.as_slice());
    let message = &arguments.message.0;
    let explained = explain(message, request, context).map_err(unexplained)?;
    print(&explained, message, arguments.reveal).map_err(Failure::usage)?;
    if explained.lines.iter().any(|line| line.is_refused) {
        return Err(Failure::answer("the appliance would refuse this message"));
    }
    Ok(())
}

pub(crate) fn unexplained(reason: Unexplained) -> Failure {
    match reason {
        Unexplained::Short => {
            Failure::usage("the message ends before its command code: is --header-length right?")
        }
        Unexplained::Unknown(code) => Failure::usage(format!(
            "no command and no reply has the code {}: is --header-length right? \
             `strongroom commands` lists them",
            code.escape_ascii()
        )),
    }
}

/// Prints one line for each field: offset, name, value, meaning.
pub(crate) fn print(explained: &Explained, message: &[u8], reveal: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", explained.title)?;
    let shown = explained.lines.iter().map(|line| {
        let bytes = message.get(line.at.clone()).unwrap_or_default();
        if line.is_secret && !reveal {
            "*".repeat(bytes.len())
        } else {
            bytes.escape_ascii().to_string()
        }
    });
    let shown: Vec<_> = shown.collect();
    let names = explained.lines.iter().map(|line| line.name.len()).max().unwrap_or_default();
    let values = shown.iter().map(String::len).filter(|width| *width <= WIDE).max();
    let values = values.unwrap_or_default();
    for (line, value) in explained.lines.iter().zip(&shown) {
        writeln!(
            out,
            "{:>6} {:names$}  {value:values$}  {}",
            line.at.start,
            line.name.replace('_', " "),
            line.note
        )?;
    }
    Ok(())
}

/// Longest value that sets the width of the column.
const WIDE: usize = 48;
