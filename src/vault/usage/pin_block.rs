//! Keys that cover PIN blocks.

use crypto::dukpt::des;
use crypto::pin::block::iso4;
use crypto::pin::{Account, Block, Format, Pin, PinFault, decode, encode};
use crypto::{Algorithm, Cipher};
use rand_core::Rng;

use super::{PinBlock, SingleDesPinBlock};
use crate::Key;

impl Key<PinBlock> {
    /// Bytes of a PIN block under this key: 16 for AES, else 8.
    pub fn pin_block_length(&self) -> usize {
        if self.algorithm() == Algorithm::Aes { 16 } else { 8 }
    }

    /// Opens an encrypted PIN block.
    ///
    /// # Errors
    /// Those of [`decode`]; [`PinFault::Block`] also if the block is not as long as the key needs; [`PinFault::Format`] if format
    /// and algorithm do not go together: format 48 needs AES, all others need DES.
    pub fn open_pin_block(
        &self,
        block: &[u8],
        format: Format,
        account: &Account<'_>,
    ) -> Result<Pin, PinFault> {
        match (&self.cipher()?, format) {
            (Cipher::Aes(key), Format::Iso4) => {
                iso4::decipher(block.try_into().map_err(|_| PinFault::Block)?, account, key)
            }
            (Cipher::Aes(_), _) | (_, Format::Iso4) => Err(PinFault::Format),
            (Cipher::Tdes(key), _) => {
                let block = block.try_into().map_err(|_| PinFault::Block)?;
                let clear = Block::from_word(key.decrypt(u64::from_be_bytes(block)));
                decode(&clear, format, account)
            }
        }
    }

    /// Seals a PIN into an encrypted PIN block at the front of `out` and returns its length.
    ///
    /// # Errors
    /// Those of [`encode`]; [`PinFault::Format`] as in [`Key::open_pin_block`]; [`PinFault::Block`] if `out` is too short.
    pub fn seal_pin_block(
        &self,
        pin: &Pin,
        format: Format,
        account: &Account<'_>,
        rng: &mut dyn Rng,
        out: &mut [u8],
    ) -> Result<usize, PinFault> {
        match (&self.cipher()?, format) {
            (Cipher::Aes(key), Format::Iso4) => {
                write(&iso4::encipher(pin, account, key, rng)?, out)
            }
            (Cipher::Aes(_), _) | (_, Format::Iso4) => Err(PinFault::Format),
            (Cipher::Tdes(key), _) => {
                let clear = encode(pin, format, account, rng)?;
                write(&key.encrypt(clear.word()).to_be_bytes(), out)
            }
        }
    }

    fn cipher(&self) -> Result<Cipher, PinFault> {
        self.clear.cipher().map_err(|_| PinFault::Format)
    }
}

impl Key<SingleDesPinBlock> {
    /// Opens a PIN block that a terminal sent.
    ///
    /// # Errors
    /// Those of [`decode`]; [`PinFault::Block`] if the block is not 8 bytes long.
    pub fn open_pin_block(
        &self,
        block: &[u8],
        format: Format,
        account: &Account<'_>,
    ) -> Result<Pin, PinFault> {
        let block = block.try_into().map_err(|_| PinFault::Block)?;
        let clear = des::special_decrypt(&self.clear, block).map_err(|_| PinFault::Format)?;
        decode(&clear, format, account)
    }

    /// Seals a PIN as a terminal does, and returns the length of the block.
    ///
    /// # Errors
    /// Those of [`encode`]; [`PinFault::Block`] if `out` is too short.
    pub fn seal_pin_block(
        &self,
        pin: &Pin,
        format: Format,
        account: &Account<'_>,
        rng: &mut dyn Rng,
        out: &mut [u8],
    ) -> Result<usize, PinFault> {
        let clear = encode(pin, format, account, rng)?;
        write(&des::special_encrypt(&self.clear, &clear).map_err(|_| PinFault::Format)?, out)
    }
}

fn write(block: &[u8], out: &mut [u8]) -> Result<usize, PinFault> {
    out.get_mut(..block.len()).ok_or(PinFault::Block)?.copy_from_slice(block);
    Ok(block.len())
}
