//! The serial number of the device.

use core::fmt;
use core::str::FromStr;

/// Twelve letters and digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SerialNumber([u8; 12]);

/// It has not twelve letters and digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a serial number is twelve capital letters and digits")]
pub struct NoSerialNumber;

impl SerialNumber {
    /// The characters.
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }
}

impl Default for SerialNumber {
    /// That of the only device, where nobody says otherwise.
    fn default() -> Self {
        Self(*b"S0000000001D")
    }
}

impl FromStr for SerialNumber {
    type Err = NoSerialNumber;

    fn from_str(text: &str) -> Result<Self, NoSerialNumber> {
        let bytes: [u8; 12] = text.as_bytes().try_into().map_err(|_| NoSerialNumber)?;
        let is_one = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        if bytes.iter().all(is_one) { Ok(Self(bytes)) } else { Err(NoSerialNumber) }
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_has_twelve_letters_and_digits() {
        let own = SerialNumber::default();
        assert_eq!(own.to_string().parse(), Ok(own));
        for wrong in
            ["", "S000000001D", "S00000000001D", "s0000000001d", "S000 000001D", "S00000000é1"]
        {
            assert_eq!(wrong.parse::<SerialNumber>(), Err(NoSerialNumber), "{wrong}");
        }
    }
}
