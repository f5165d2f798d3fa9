//! What the audit log has of what officers do.

use appliance::{Action, Event, Kind};

use super::Desk;
use crate::{Command, Outcome};

/// Codes of console commands whose names are not two characters. Source: a decoder of the log of the device.
const CODES: &[(&str, &[u8; 2])] = &[
    ("AUDITLOG", b"01"),
    ("AUDITOPTIONS", b"02"),
    ("CLEARAUDIT", b"03"),
    ("CLEARERR", b"04"),
    ("EJECT", b"05"),
    ("ERRLOG", b"06"),
    ("GETCMDS", b"07"),
    ("GETTIME", b"08"),
    ("SETTIME", b"09"),
    ("A", b"0A"),
    ("C", b"0C"),
    ("N", b"10"),
    ("T", b"12"),
    ("V", b"13"),
    ("$", b"15"),
    ("CONFIGCMDS", b"16"),
    ("CONFIGPB", b"17"),
    ("PING", b"18"),
    ("TRACERT", b"19"),
    ("NETSTAT", b"1A"),
    ("AUDITPRINT", b"1B"),
    ("SYSLOG", b"1C"),
    ("UTILCFG", b"1D"),
    ("UTILENABLE", b"1E"),
    ("UTILSTATS", b"1F"),
    ("HEALTHENABLE", b"20"),
    ("HEALTHSTATS", b"21"),
    ("SNMP", b"22"),
    ("SNMPADD", b"23"),
    ("SNMPDEL", b"24"),
    ("RESET", b"25"),
    ("ROUTE", b"26"),
    ("TRAP", b"27"),
    ("TRAPADD", b"28"),
    ("TRAPDEL", b"29"),
    ("CONFIGACL", b"2A"),
];

/// The code of whatever has none of its own: keys of the locks, and commands that the device does not have.
const OTHER: [u8; 2] = *b"00";

/// Two characters for the name of a console command.
fn code(name: &str) -> [u8; 2] {
    match name.as_bytes().try_into() {
        Ok(code) => code,
        Err(_) => CODES.iter().find(|(own, _)| *own == name).map_or(OTHER, |(_, code)| **code),
    }
}

impl Desk<'_> {
    /// Audits a command that went so, if it is audited. The record is written before the officer sees the next prompt.
    pub(super) fn audit(&self, command: &Command, outcome: &Outcome) {
        if self.appliance().is_released() {
            return;
        }
        let options = &self.state().settings.audit;
        if command.always_audited || options.console_commands.iter().any(|it| it == command.name) {
            let response = if outcome.is_ok() { *b"00" } else { *b"01" };
            let event = Event { kind: Kind::Console, code: code(command.name), response };
            self.appliance().audit(event);
        }
        self.appliance().settle();
    }

    /// Audits what an officer has done.
    pub(crate) fn did(&self, action: Action) {
        self.appliance().note(action);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::COMMANDS;

    #[test]
    fn commands_have_codes_of_their_own() {
        for (at, command) in COMMANDS.iter().enumerate() {
            let own = code(command.name);
            let is_other = own == OTHER;
            let is_unique = COMMANDS[..at].iter().all(|other| code(other.name) != own);
            assert!(is_other || is_unique, "{}", command.name);
        }
        assert_eq!(
            [code("LEFT"), code("$"), code("LK"), code("AUDITLOG")],
            [*b"00", *b"15", *b"LK", *b"01"]
        );
    }
}
