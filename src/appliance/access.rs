//! Access control list of the host ports.

use core::fmt;
use core::str::FromStr;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Which addresses may connect to the host ports.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct AccessList {
    /// Whether it is obeyed.
    pub is_enabled: bool,
    /// Who may connect.
    pub entries: Vec<AccessEntry>,
}

impl AccessList {
    /// A list that is obeyed unless it is empty.
    pub fn of(entries: Vec<AccessEntry>) -> Self {
        Self { is_enabled: !entries.is_empty(), entries }
    }

    /// Whether an address may connect.
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        !self.is_enabled || self.entries.iter().any(|entry| entry.has(address))
    }
}

/// An entry of the list: `10.0.0.1`, `10.0.0.1-10.0.0.9`, `10.0.0.0/255.255.255.0` or `10.0.0.0/24`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum AccessEntry {
    /// One address.
    Single(IpAddr),
    /// Addresses from the first to the second, both included.
    Range(IpAddr, IpAddr),
    /// Addresses that agree with the first where the second, the mask, has ones.
    Mask(IpAddr, IpAddr),
}

impl AccessEntry {
    fn has(self, address: IpAddr) -> bool {
        match self {
            Self::Single(only) => only == address,
            Self::Range(first, last) => {
                // Addresses of the other version are before or behind all of this one.
                first.is_ipv4() == address.is_ipv4() && (first..=last).contains(&address)
            }
            Self::Mask(network, mask) => {
                let masked = |address| masked(address, mask);
                masked(address).is_some_and(|of| masked(network) == Some(of))
            }
        }
    }
}

/// What is left of an address under a mask of its version.
fn masked(address: IpAddr, mask: IpAddr) -> Option<IpAddr> {
    match (address, mask) {
        (IpAddr::V4(address), IpAddr::V4(mask)) => Some((address & mask).into()),
        (IpAddr::V6(address), IpAddr::V6(mask)) => Some((address & mask).into()),
        _ => None,
    }
}

/// The mask with so many ones.
fn mask(ones: u32, like: IpAddr) -> Option<IpAddr> {
    match like {
        IpAddr::V4(_) if ones <= 32 => {
            let bits = u32::MAX.checked_shl(32 - ones).unwrap_or(0);
            Some(IpAddr::V4(bits.into()))
        }
        IpAddr::V6(_) if ones <= 128 => {
            let bits = u128::MAX.checked_shl(128 - ones).unwrap_or(0);
            Some(IpAddr::V6(bits.into()))
        }
        _ => None,
    }
}

impl FromStr for AccessEntry {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "an entry is an address, FIRST-LAST, or ADDRESS/MASK";
        let address = |text: &str| text.trim().parse::<IpAddr>().map_err(|_| WRONG);
        if let Some((first, last)) = text.split_once('-') {
            let (first, last) = (address(first)?, address(last)?);
            if first.is_ipv4() != last.is_ipv4() || last < first {
                return Err("the last address of a range comes before the first");
            }
            return Ok(Self::Range(first, last));
        }
        let Some((network, ones)) = text.split_once('/') else {
            return address(text).map(Self::Single);
        };
        let network = address(network)?;
        let mask = match ones.trim().parse() {
            Ok(ones) => mask(ones, network).ok_or(WRONG)?,
            Err(_) => address(ones)?,
        };
        if network.is_ipv4() != mask.is_ipv4() {
            return Err(WRONG);
        }
        Ok(Self::Mask(network, mask))
    }
}

impl TryFrom<String> for AccessEntry {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccessEntry> for String {
    fn from(entry: AccessEntry) -> Self {
        entry.to_string()
    }
}

impl fmt::Display for AccessEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single(only) => write!(f, "{only}"),
            Self::Range(first, last) => write!(f, "{first}-{last}"),
            Self::Mask(network, mask) => write!(f, "{network}/{mask}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_the_addresses_that_it_says() {
        for (entry, in_it, not_in_it) in [
            ("10.0.0.1", &["10.0.0.1", "::ffff:10.0.0.1"][..], &["10.0.0.2", "::1"][..]),
            (
                "10.0.0.1-10.0.1.9",
                &["10.0.0.1", "10.0.0.255", "10.0.1.9"],
                &["10.0.0.0", "10.0.1.10", "::1"],
            ),
            ("10.0.0.7/255.255.255.0", &["10.0.0.0", "10.0.0.255"], &["10.0.1.0", "::ffff:0:0:1"]),
            ("10.0.0.0/24", &["10.0.0.1"], &["10.0.1.1"]),
            ("0.0.0.0/0", &["0.0.0.0", "255.255.255.255"], &["::1"]),
            ("10.0.0.0/32", &["10.0.0.0"], &["10.0.0.1"]),
            ("10.0.0.5/255.0.255.0", &["10.9.0.1"], &["10.9.1.5"]),
            ("fd00::/8", &["fd12::1"], &["fe00::1", "253.0.0.1"]),
            ("::1", &["::1"], &["127.0.0.1"]),
        ] {
            let list = AccessList::of(vec![entry.parse().expect("an entry")]);
            let admits = |address: &&str| list.admits(address.parse().expect("an address"));
            assert!(in_it.iter().all(admits), "{entry}");
            assert!(!not_in_it.iter().any(admits), "{entry}");
            let shown = list.entries[0].to_string();
            assert_eq!(shown.parse(), Ok(list.entries[0]), "{entry}");
        }
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        for text in [
            "",
            "10.0.0",
            "10.0.0.9-10.0.0.1",
            "10.0.0.1-::1",
            "10.0.0.0/33",
            "10.0.0.0/ffff::",
            "x/8",
        ] {
            assert!(text.parse::<AccessEntry>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_that_is_not_obeyed_admits_everybody_and_an_empty_one_nobody() {
        let address = IpAddr::from([10, 0, 0, 1]);
        assert!(AccessList::default().admits(address));
        assert!(AccessList::of(Vec::new()).admits(address));
        assert!(!AccessList { is_enabled: true, entries: Vec::new() }.admits(address));
    }
}
