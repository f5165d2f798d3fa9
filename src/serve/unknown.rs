//! A host to which every command is unknown.

use bytes::{BufMut as _, BytesMut};

use crate::configuration::UnknownCommand;
use crate::server::{Host, LmkPort};

/// Control character before the message trailer.
const TRAILER: u8 = 0x19;

/// Answers every message as an unknown command: header, reply code, error, trailer.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) header_length: usize,
    pub(super) unknown_command: UnknownCommand,
}

impl Host for Unknown {
    fn answer(&self, _: LmkPort, message: &[u8], out: &mut BytesMut) {
        let (header, rest) = message.split_at_checked(self.header_length).unwrap_or((message, b""));
        let code = match (self.unknown_command, rest) {
            (UnknownCommand::Drop, _) => return,
            (UnknownCommand::Error68, [first, second, ..]) => {
                [*first, second.wrapping_add(1), b'6', b'8']
            }
            _ => *b"ZZ00",
        };
        out.put_slice(header);
        out.put_slice(&code);
        let trailer = rest.iter().rposition(|byte| *byte == TRAILER).filter(|start| *start >= 2);
        out.put_slice(trailer.and_then(|start| rest.get(start..)).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_says_how() {
        for (unknown_command, message, expected) in [
            (UnknownCommand::Error68, &b"HEADNC"[..], &b"HEADND68"[..]),
            (UnknownCommand::Error68, b"HEADXX123\x19tail", b"HEADXY68\x19tail"),
            (UnknownCommand::Error68, b"HE", b"HEZZ00"),
            (UnknownCommand::Error68, b"", b"ZZ00"),
            (UnknownCommand::Zz00, b"HEADNC", b"HEADZZ00"),
            (UnknownCommand::Drop, b"HEADNC", b""),
        ] {
            let mut out = BytesMut::new();
            Unknown { header_length: 4, unknown_command }.answer(
                LmkPort::Default,
                message,
                &mut out,
            );
            assert_eq!(out, expected);
        }
    }
}
