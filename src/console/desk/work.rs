//! Work that host commands do, too: there is one place that knows how a key travels.

use host_commands::at_console;
use vault::{LmkId, LmkKind, Refusal};

use super::Desk;
use crate::{Outcome, Stop};

/// Room for a reply, which holds a key or two.
const REPLY: usize = 1024;

impl Desk<'_> {
    /// Does what a host command does, with the activities of the console; returns the code and the fields of the reply.
    ///
    /// `message` is code and fields; `&lmk` stands behind them.
    pub(crate) fn work(&self, message: &str) -> Outcome<(String, String)> {
        let mut out = bytes::BytesMut::with_capacity(REPLY);
        at_console(self.appliance, message.as_bytes(), &mut out);
        let reply = String::from_utf8_lossy(&out);
        let (code, fields) = match (reply.get(2..4), reply.get(4..)) {
            (Some(code), Some(fields)) => (code.to_owned(), fields.to_owned()),
            _ => return Stop::no("Internal failure 12: function aborted"),
        };
        if fields.is_empty() {
            return Stop::no(refusal(&code));
        }
        Ok((code, fields))
    }

    /// The kind of an LMK that is loaded.
    pub(crate) fn kind(&self, lmk: LmkId) -> Outcome<LmkKind> {
        let state = self.state();
        let kind = state.lmks.get(lmk).map(vault::Lmk::kind);
        kind.map_or_else(|| Stop::no("Invalid LMK identifier"), Ok)
    }
}

impl Stop {
    /// A key is refused.
    pub(crate) fn of_key<T>(why: Refusal) -> Outcome<T> {
        match (why, why.code()) {
            (Refusal::Zero, _) => Self::no("Invalid key: all zeros"),
            (_, None) => Self::no("Key parity error"),
            (_, Some(code)) => Self::no(refusal(core::str::from_utf8(&code).unwrap_or_default())),
        }
    }
}

/// What officers read instead of an error code.
pub(crate) fn refusal(code: &str) -> String {
    let text = match code {
        "04" => "Invalid key type",
        "10" | "11" => "Key parity error",
        "12" => "No key in user storage",
        "13" => "Invalid LMK identifier",
        "15" | "80" => "Data invalid",
        "17" => "Command only allowed from Authorized",
        "25" => "Invalid decimalisation table",
        "26" => "Invalid key scheme",
        "27" => "Invalid key scheme for key length",
        "29" => "Key type does not permit this function",
        "33" => "Key change storage is empty",
        "75" => "Single length key masquerades as a longer one",
        "B5" => "Components do not belong together",
        "A1" => "Key and LMK are of different schemes",
        "A4" => "Key block authentication failure",
        "A6" => "Invalid key usage",
        "A7" => "Invalid algorithm",
        "A8" => "Invalid mode of use",
        "A9" => "Invalid key version number",
        "AA" => "Invalid exportability",
        _ => return format!("Function failed, error {code}"),
    };
    text.to_owned()
}
