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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_block::tests::Source;
    use crate::usage::tests::key;

    const FORMATS: [Format; 7] = [
        Format::Iso0,
        Format::Diebold,
        Format::Plus,
        Format::Iso1,
        Format::Iso2,
        Format::PayNow,
        Format::Iso3,
    ];

    #[test]
    fn pins_come_back_in_every_format() {
        let mut source = Source::new(0x9199);
        let account = Account::full(b"4012345678909").expect("an account");
        for length in [8, 16, 24] {
            let covering: Key<PinBlock> = key(Algorithm::Tdes, &vec![0x5B; length]);
            for format in FORMATS {
                let pin = Pin::random(6, &mut source).expect("a PIN");
                let mut block = [0; 16];
                let length = covering
                    .seal_pin_block(&pin, format, &account, &mut source, &mut block)
                    .expect("a block");
                assert_eq!(length, covering.pin_block_length());
                let opened = covering.open_pin_block(&block[..length], format, &account);
                assert!(opened.is_ok_and(|opened| opened == pin), "{format:?}");
            }
        }
        for length in [16, 24, 32] {
            let covering: Key<PinBlock> = key(Algorithm::Aes, &vec![0x5B; length]);
            let pin = Pin::random(12, &mut source).expect("a PIN");
            let mut block = [0; 16];
            let length = covering
                .seal_pin_block(&pin, Format::Iso4, &account, &mut source, &mut block)
                .expect("a block");
            assert_eq!(length, covering.pin_block_length());
            let opened = covering.open_pin_block(&block, Format::Iso4, &account);
            assert!(opened.is_ok_and(|opened| opened == pin));
        }
    }

    #[test]
    fn format_length_and_algorithm_have_to_agree() {
        let account = Account::full(b"4012345678909").expect("an account");
        let tdes: Key<PinBlock> = key(Algorithm::Tdes, &[0x5B; 16]);
        let aes: Key<PinBlock> = key(Algorithm::Aes, &[0x5B; 16]);
        let open = |key: &Key<PinBlock>, block: &[u8], format| {
            key.open_pin_block(block, format, &account).err()
        };
        assert_eq!(open(&tdes, &[0; 16], Format::Iso4), Some(PinFault::Format));
        assert_eq!(open(&aes, &[0; 8], Format::Iso0), Some(PinFault::Format));
        assert_eq!(open(&tdes, &[0; 16], Format::Iso0), Some(PinFault::Block));
        assert_eq!(open(&aes, &[0; 8], Format::Iso4), Some(PinFault::Block));
        let pin = Pin::from_digits(b"1234").expect("a PIN");
        let mut source = Source::new(1);
        let mut seal = |key: &Key<PinBlock>, format, length: usize| {
            let mut out = [0; 16];
            key.seal_pin_block(&pin, format, &account, &mut source, &mut out[..length]).err()
        };
        assert_eq!(seal(&tdes, Format::Iso0, 7), Some(PinFault::Block));
        assert_eq!(seal(&tdes, Format::Iso4, 16), Some(PinFault::Format));
        assert_eq!(seal(&aes, Format::Iso3, 16), Some(PinFault::Format));
    }
}
