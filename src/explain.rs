//! `strongroom explain`: decodes a request or a reply, offline, field by field.

mod table;

use std::io;

use clap::ValueEnum;
use host_commands::explain::{Context, Explained, Unexplained, explain};
use wire::{ErrorCode, LmkKind, LmkPin, Scope, Stored};

use crate::{escape::Escaped, failure::Failure};

/// Decode a request or a reply, offline, field by field
///
/// A reply reads best with its request beside it; without it, a request that makes sense of the
/// reply is assumed. Exit status 1 if the appliance would refuse the message, as far as its layout
/// tells.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Arguments {
    /// Message without its length prefix; \xNN stands for a byte, and - reads standard input
    message: Escaped,
    /// The request that the message answers, if it is a reply
    #[arg(long, value_name = "MESSAGE")]
    request: Option<Escaped>,
    /// Characters in the message header
    #[arg(long, default_value_t = 4, value_name = "NUMBER")]
    header_length: u8,
    #[command(flatten)]
    reading: Reading,
    /// Show clear PINs and key components instead of asterisks
    #[arg(long)]
    reveal: bool,
}

/// The line is broken where a shell lets it be, so that it works as typed on a narrow terminal too.
const EXAMPLE: &str = "Example:\n  strongroom explain \\\n    'HEADCAU8463435FC4B4DAA0C49025272C29B12C\
                       U1EF828AA8F6B80EB83E19FBC373F3A85126428EB94035AF53B0103550000025321'";

/// How messages read, and how they are shown.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Reading {
    /// Kind of the LMK that the message is under [default: the first that makes sense of it]
    #[arg(long, value_enum, value_name = "KIND")]
    lmk: Option<Lmk>,
    /// The appliance's setting "PIN length": a PIN under the LMK has one digit more
    #[arg(long, default_value_t = 12, value_name = "DIGITS")]
    pin_length: u8,
    /// Show long values whole, over several lines
    #[arg(long)]
    full: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Lmk {
    Variant,
    KeyBlock,
    AesKeyBlock,
}

impl Reading {
    /// What the decoder must know.
    pub(crate) fn context(self, header: usize) -> Context<'static> {
        let lmk = self.lmk.map(|lmk| match lmk {
            Lmk::Variant => LmkKind::Variant,
            Lmk::KeyBlock => LmkKind::KeyBlock,
            Lmk::AesKeyBlock => LmkKind::AesKeyBlock,
        });
        let lmk_pin = LmkPin::Digits(usize::from(self.pin_length) + 1);
        let scope = Scope { lmk_pin, stored: &Somewhere, ..Scope::FACTORY };
        Context { header, lmk, scope }
    }

    /// Prints a message that was decoded; with `reveal` nothing is hidden.
    pub(crate) fn print(
        self,
        explained: &Explained,
        message: &[u8],
        reveal: bool,
    ) -> Result<(), Failure> {
        let table = table::Table { message, full: self.full, reveal, width: table::width() };
        table.print(explained, &mut io::stdout().lock()).map_err(Failure::output)
    }
}

/// User storage that nobody can look into: whatever is asked for may be there.
struct Somewhere;

impl Stored for Somewhere {
    fn get(&self, _: u16, scheme: Option<u8>) -> Result<&[u8], ErrorCode> {
        Ok(match scheme {
            Some(b'Z') => b"Z0000000000000000",
            Some(b'X') => b"X00000000000000000000000000000000",
            Some(b'T') => b"T000000000000000000000000000000000000000000000000",
            Some(b'Y') => b"Y000000000000000000000000000000000000000000000000",
            _ => b"U00000000000000000000000000000000",
        })
    }
}

/// Decodes and prints.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { reading, header_length, reveal, .. } = arguments;
    let request = arguments.request.as_ref().map(|request| request.0.as_slice());
    let message = arguments.message.or_standard_input()?;
    let context = reading.context((*header_length).into());
    let explained = explain(&message, request, context).map_err(unexplained)?;
    reading.print(&explained, &message, *reveal)?;
    match explained.refusal() {
        Some(line) => Err(Failure::answer(format_args!(
            "the message makes no sense from offset {} on: correct it there",
            line.at.start
        ))),
        None => Ok(()),
    }
}

/// What to do about a message that cannot be decoded at all.
fn unexplained(reason: Unexplained) -> Failure {
    match reason {
        Unexplained::Short => Failure::usage(
            "the message ends before its command code is complete: is --header-length right?",
        ),
        Unexplained::Unknown(code) => Failure::usage(format!(
            "no command and no reply has the code {}: is --header-length right? \
             `strongroom commands` lists them",
            code.escape_ascii()
        )),
        Unexplained::NotItsReply(code) => Failure::usage(format!(
            "{} is not the code of a reply to that request: is the header of both as long as \
             --header-length says?",
            code.escape_ascii()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_works_as_typed() {
        let typed = EXAMPLE.split('\'').nth(1).expect("the message is quoted");
        let message: Escaped = typed.parse().expect("it can be typed");
        let reading = Reading { lmk: None, pin_length: 12, full: false };
        let explained = explain(&message.0, None, reading.context(4));
        assert!(explained.is_ok_and(|explained| !explained.is_refused()));
    }
}
