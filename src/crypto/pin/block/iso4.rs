//! ISO 9564-1 format 4: the 16-byte block of AES keys, enciphered twice around the account field.

use rand_core::Rng;
use zeroize::{Zeroize, Zeroizing};

use super::{Account, Fill, LONGEST, Pin, PinFault, SHORTEST, field, read};
use crate::cipher::Aes;

/// Enciphers a PIN in format 4 with the account number `account`, which must be a whole one.
///
/// PIN field `4 L PIN A..` and 8 random bytes; E(E(PIN field) xor account field). [`PinFault::Length`] outside 4 to
/// 12 digits, [`PinFault::Account`] for an account number without check digit.
pub fn encipher(
    pin: &Pin,
    account: &Account<'_>,
    key: &Aes,
    rng: &mut dyn Rng,
) -> Result<[u8; 16], PinFault> {
    let mut block = pin_field(pin, rng.next_u64())?;
    let account = account.iso4_field()?;
    key.encrypt(&mut block);
    xor(&mut block, &account);
    key.encrypt(&mut block);
    Ok(*block)
}

/// Deciphers a format 4 block and reads its PIN; faults as [`super::decode`].
pub fn decipher(block: &[u8; 16], account: &Account<'_>, key: &Aes) -> Result<Pin, PinFault> {
    let account = account.iso4_field()?;
    let mut clear = Zeroizing::new(*block);
    key.decrypt(&mut clear);
    xor(&mut clear, &account);
    key.decrypt(&mut clear);
    let mut first = clear.first_chunk().map_or(0, |half| u64::from_be_bytes(*half));
    let pin = read(first, 4, Fill::Nibble(0xA));
    first.zeroize();
    pin
}

/// The clear PIN field with 8 given bytes in place of the random ones.
pub(super) fn pin_field(pin: &Pin, random: u64) -> Result<Zeroizing<[u8; 16]>, PinFault> {
    if !(SHORTEST..=LONGEST).contains(&pin.len()) {
        return Err(PinFault::Length);
    }
    let mut clear = Zeroizing::new([0; 16]);
    let (left, right) = clear.split_at_mut(8);
    left.copy_from_slice(&field(4, pin, 0xAAAA_AAAA_AAAA_AAAA).to_be_bytes());
    right.copy_from_slice(&random.to_be_bytes());
    Ok(clear)
}

fn xor(block: &mut [u8; 16], other: &[u8; 16]) {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
}
