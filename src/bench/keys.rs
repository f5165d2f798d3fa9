//! Keys that the target itself makes, so that the benchmark holds no key material.

use super::Failure;
use super::ask::{Asker, shown};
use std::collections::HashMap;

/// The LMK that the keys of a mix stand under.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lmk {
    /// The default LMK of the port, a variant LMK.
    Variant,
    /// A key-block LMK, by its two digits.
    KeyBlock(&'static str),
}

/// A kind of key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Role {
    name: &'static str,
    /// Key type code under a variant LMK.
    code: &'static str,
    /// Key usage and mode of use under a key-block LMK.
    usage: &'static str,
}

impl Role {
    const fn new(name: &'static str, code: &'static str, usage: &'static str) -> Self {
        Self { name, code, usage }
    }
}

/// Zone master key, which carries copies from one role to another.
const ZMK: Role = Role::new("ZMK", "000", "K0T2B");
/// Zone PIN key.
const ZPK: Role = Role::new("ZPK", "001", "72T2N");
/// Terminal PIN key.
const TPK: Role = Role::new("TPK", "002", "71T2N");
/// PIN verification key pair.
pub(super) const PVK: Role = Role::new("PVK", "002", "V2T2N");
/// Card verification key pair.
pub(super) const CVK: Role = Role::new("CVK", "402", "C0T2N");
/// Terminal authentication key.
pub(super) const TAK: Role = Role::new("TAK", "003", "M3T2N");
/// Issuer master key for cryptograms.
pub(super) const MK_AC: Role = Role::new("MK-AC", "109", "E0T2N");
/// Base derivation key.
pub(super) const BDK: Role = Role::new("BDK", "009", "B0T2N");
/// Data encryption key.
pub(super) const DEK: Role = Role::new("DEK", "00B", "21T2N");
/// Generic data key, only for making the first PIN blocks under a key-block LMK.
const DATA: Role = Role::new("data key", "FFF", "D0T2N");

/// A key under the LMK.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Key {
    /// As it stands in a message.
    pub(super) token: String,
    /// Six digits.
    pub(super) check_value: String,
}

/// A PIN, and one key under which a terminal and a zone both hold it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Zone {
    /// ZPK.
    pub(super) zpk: Key,
    /// The same key as a TPK.
    pub(super) tpk: Key,
    /// PIN block in format 01.
    pub(super) block: String,
    /// Twelve digits of the account number.
    pub(super) account: String,
}

/// Makes keys by asking the target, each only once.
#[derive(Debug)]
pub(super) struct Kit<'a> {
    asker: &'a mut Asker,
    /// What the keys stand under.
    pub(super) lmk: Lmk,
    keys: HashMap<(&'static str, usize), Key>,
    zones: HashMap<usize, Zone>,
}

impl<'a> Kit<'a> {
    /// With nothing made yet.
    pub(super) fn new(asker: &'a mut Asker, lmk: Lmk) -> Self {
        Self { asker, lmk, keys: HashMap::new(), zones: HashMap::new() }
    }

    /// One of two texts: under a variant LMK, under a key-block LMK.
    pub(super) fn either<'t>(&self, variant: &'t str, key_block: &'t str) -> &'t str {
        if self.lmk == Lmk::Variant { variant } else { key_block }
    }

    /// The LMK identifier at the end of a command.
    pub(super) fn tail(&self) -> String {
        match self.lmk {
            Lmk::Variant => String::new(),
            Lmk::KeyBlock(id) => format!("%{id}"),
        }
    }

    /// Any reply.
    pub(super) fn raw(&mut self, body: &[u8]) -> Result<Vec<u8>, Failure> {
        self.asker.ask(body)
    }

    /// The data of a reply with error code 00.
    pub(super) fn data(&mut self, body: &[u8], doing: &str) -> Result<Vec<u8>, Failure> {
        self.asker.data(body, doing)
    }

    /// The same as text.
    pub(super) fn text(&mut self, body: &str, doing: &str) -> Result<String, Failure> {
        let data = self.asker.data(body.as_bytes(), doing)?;
        String::from_utf8(data).map_err(|error| odd(doing, body, error.as_bytes()))
    }

    /// The key with this number in its role.
    pub(super) fn key(&mut self, role: Role, index: usize) -> Result<Key, Failure> {
        if let Some(key) = self.keys.get(&(role.name, index)) {
            return Ok(key.clone());
        }
        let doing = format!("generating a {}", role.name);
        let request = self.generation(role, '0', "");
        let reply = self.text(&request, &doing)?;
        let (token, check_value) =
            split_key(&reply).ok_or_else(|| odd(&doing, &request, reply.as_bytes()))?;
        let key = Key { token: token.to_owned(), check_value: check_value.to_owned() };
        self.keys.insert((role.name, index), key.clone());
        Ok(key)
    }

    /// The zone with this number.
    pub(super) fn zone(&mut self, index: usize) -> Result<Zone, Failure> {
        if let Some(zone) = self.zones.get(&index) {
            return Ok(zone.clone());
        }
        let zmk = self.key(ZMK, 0)?.token;
        let doing = "generating a ZPK with a copy under a ZMK";
        let request = self.generation(ZPK, '1', &format!(";0{zmk}U"));
        let reply = self.text(&request, doing)?;
        let whole = |reply: &str| odd(doing, &request, reply.as_bytes());
        let (token, rest) = split_key(&reply).ok_or_else(|| whole(&reply))?;
        let (copy, check_value) = split_key(rest).ok_or_else(|| whole(&reply))?;
        let zpk = Key { token: token.to_owned(), check_value: check_value.to_owned() };
        let tpk = self.twin(TPK, &zmk, copy)?;
        let account = account(index);
        let block = match self.lmk {
            Lmk::Variant => self.random_pin(&zpk, &account)?,
            Lmk::KeyBlock(_) => self.known_pin(&zmk, copy, &account)?,
        };
        let zone = Zone { zpk, tpk, block, account };
        self.zones.insert(index, zone.clone());
        Ok(zone)
    }

    /// Import the copy of a key in another role.
    fn twin(&mut self, role: Role, zmk: &str, copy: &str) -> Result<Key, Failure> {
        let doing = format!("importing a key as {}", role.name);
        let request = match self.lmk {
            Lmk::Variant => format!("A6{}{zmk}{copy}U", role.code),
            Lmk::KeyBlock(id) => {
                let (usage, mode) = (role.usage.get(..2), role.usage.get(4..));
                let (usage, mode) = (usage.unwrap_or_default(), mode.unwrap_or_default());
                format!("A6FFF{zmk}{copy}S%{id}#{usage}{mode}00S00")
            }
        };
        let reply = self.text(&request, &doing)?;
        let (token, check_value) =
            split_key(&reply).ok_or_else(|| odd(&doing, &request, reply.as_bytes()))?;
        Ok(Key { token: token.to_owned(), check_value: check_value.to_owned() })
    }

    fn generation(&self, role: Role, mode: char, export: &str) -> String {
        match self.lmk {
            Lmk::Variant => format!("A0{mode}{}U{export}", role.code),
            Lmk::KeyBlock(id) => format!("A0{mode}FFFS{export}%{id}#{}00S00", role.usage),
        }
    }

    /// A PIN of the target's own choice, from the LMK to the ZPK.
    fn random_pin(&mut self, zpk: &Key, account: &str) -> Result<String, Failure> {
        let pin = self.text(&format!("JA{account}04"), "making a random PIN")?;
        self.text(&format!("JG{}01{account}{pin}", zpk.token), "putting a PIN under a ZPK")
    }

    /// PIN 1234, encrypted as data: key-block LMKs differ in how they hold a PIN.
    fn known_pin(&mut self, zmk: &str, copy: &str, account: &str) -> Result<String, Failure> {
        let twin = self.twin(DATA, zmk, copy)?.token;
        let number = u64::from_str_radix(account, 16).unwrap_or_default();
        let clear = number ^ 0x0412_34FF_FFFF_FFFF;
        let request = format!("M00011FFF{twin}0010{clear:016X}{}", self.tail());
        let reply = self.text(&request, "encrypting a PIN block")?;
        let block = reply.get(4..).filter(|block| block.len() == 16);
        Ok(block.ok_or_else(|| odd("PIN block", &request, reply.as_bytes()))?.to_owned())
    }
}

/// Twelve digits of an account number, for each index another.
pub(super) fn account(index: usize) -> String {
    format!("{:012}", 400_000_000_000 + index * 7919)
}

/// The failure of a reply that is 00 but not what the command answers.
pub(super) fn odd(doing: &str, request: &str, data: &[u8]) -> Failure {
    Failure::Refused {
        doing: doing.to_owned(),
        command: shown(request.as_bytes()),
        reply: shown(data),
        advice: "its data is not what this command answers".to_owned(),
    }
}

/// A key from the start of reply data, and the rest of it.
fn split_key(data: &str) -> Option<(&str, &str)> {
    let length = match data.bytes().next()? {
        b'U' | b'X' => 33,
        b'T' | b'Y' => 49,
        b'S' | b'R' => 1 + data.get(2..6)?.parse::<usize>().ok()?,
        _ => 32,
    };
    data.split_at_checked(length).filter(|(_, rest)| rest.len() >= 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_split_by_their_scheme() {
        let digits = "0123456789ABCDEF0123456789ABCDEF";
        let block = "S00072K0TB00E0001FB8A4952BFE42179AB8D79A81943DF1FAD67CF015117EE8528E79900";
        for token in [format!("U{digits}"), format!("X{digits}"), digits.to_owned(), block.into()] {
            let data = format!("{token}D4A3E8");
            assert_eq!(split_key(&data), Some((token.as_str(), "D4A3E8")));
        }
        assert_eq!(split_key(""), None);
        assert_eq!(split_key("U0123"), None);
        assert_eq!(split_key(&format!("U{digits}12345")), None);
        assert_eq!(split_key("Sé"), None);
    }

    #[test]
    fn accounts_have_twelve_digits_and_differ() {
        let accounts: std::collections::HashSet<String> = (0..10_000).map(account).collect();
        assert_eq!(accounts.len(), 10_000);
        assert!(accounts.iter().all(|account| account.len() == 12));
    }
}
