//! Visa PIN change blocks, formats 41 and 42: bound to the card through its own key instead of the account number.

use super::{Block, Pin, PinFault, field};
use crate::key::ClearKey;

/// Writes the new PIN for a card script, with the current PIN (format 42) or without it (format 41).
///
/// `0 L new-PIN F..` xor `00000000` and bytes 5-8 of the card's application cryptogram master key (the right half of
/// UDK-A), and for format 42 xor the current PIN left-justified over zeros. Visa VIS; manual, reproduced by
/// independent code. [`PinFault::Length`] where a PIN is not 4 to 12 digits, [`PinFault::Format`] where `card_key`
/// has fewer than 8 bytes.
pub fn encode(new: &Pin, current: Option<&Pin>, card_key: &ClearKey) -> Result<Block, PinFault> {
    let pins = [Some(new), current];
    if !pins
        .into_iter()
        .flatten()
        .all(|pin| (super::SHORTEST..=super::LONGEST).contains(&pin.len()))
    {
        return Err(PinFault::Length);
    }
    let udk_a = card_key.as_bytes().first_chunk::<8>().ok_or(PinFault::Format)?;
    let card = u64::from_be_bytes(*udk_a) & 0xFFFF_FFFF;
    Ok(Block::from_word(field(0, new, u64::MAX) ^ card ^ current.map_or(0, Pin::packed)))
}
