//! Keys that cover data.

use crypto::bps::Bps;
use crypto::fpe::{Ff1, FpeFault};
use crypto::modes::{self, Counter};
use crypto::{Algorithm, Cipher, NotBlocks};

use super::{Data, Fault};
use crate::{Key, Refusal};

/// A mode of operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Each block by itself.
    Ecb,
    /// Cipher block chaining.
    Cbc,
    /// Cipher feedback of eight bits.
    Cfb8,
    /// Cipher feedback of 64 bits.
    Cfb64,
    /// Output feedback.
    Ofb,
    /// Counter.
    Ctr(Counter),
}

impl Key<Data> {
    /// Bytes of a block and of a chaining value: 16 for AES, else 8.
    pub fn block_size(&self) -> usize {
        if self.algorithm() == Algorithm::Aes { 16 } else { 8 }
    }

    /// Encrypts in place; `chaining` holds, afterwards, what the next part of the same data needs. ECB takes no notice of it.
    ///
    /// # Errors
    /// A7 if this is no key of a cipher; data or chaining value are not whole blocks, or segments in CFB.
    pub fn encrypt(
        &self,
        mode: Mode,
        chaining: &mut [u8],
        data: &mut [u8],
    ) -> Result<(), Fault<NotBlocks>> {
        let cipher = self.cipher()?;
        match mode {
            Mode::Ecb => modes::ecb_encrypt(&cipher, data),
            Mode::Cbc => modes::cbc_encrypt(&cipher, chaining, data),
            Mode::Cfb8 => modes::cfb_encrypt(&cipher, 1, chaining, data),
            Mode::Cfb64 if data.len().is_multiple_of(8) => {
                modes::cfb_encrypt(&cipher, 8, chaining, data)
            }
            Mode::Cfb64 => Err(NotBlocks),
            Mode::Ofb => modes::ofb(&cipher, chaining, data),
            Mode::Ctr(counter) => modes::ctr(&cipher, counter, chaining, data),
        }
        .map_err(Fault::Input)
    }

    /// Decrypts in place; otherwise as [`Key::encrypt`].
    ///
    /// # Errors
    /// As [`Key::encrypt`].
    pub fn decrypt(
        &self,
        mode: Mode,
        chaining: &mut [u8],
        data: &mut [u8],
    ) -> Result<(), Fault<NotBlocks>> {
        let cipher = self.cipher()?;
        match mode {
            Mode::Ecb => modes::ecb_decrypt(&cipher, data),
            Mode::Cbc => modes::cbc_decrypt(&cipher, chaining, data),
            Mode::Cfb8 => modes::cfb_decrypt(&cipher, 1, chaining, data),
            Mode::Cfb64 if data.len().is_multiple_of(8) => {
                modes::cfb_decrypt(&cipher, 8, chaining, data)
            }
            Mode::Cfb64 => Err(NotBlocks),
            Mode::Ofb => modes::ofb(&cipher, chaining, data),
            Mode::Ctr(counter) => modes::ctr(&cipher, counter, chaining, data),
        }
        .map_err(Fault::Input)
    }

    /// Encrypts numerals below `radix` in place by FF1.
    ///
    /// # Errors
    /// A7 if this is not an AES key; those of [`Ff1`].
    pub fn ff1_encrypt(
        &self,
        radix: u16,
        tweak: &[u8],
        numerals: &mut [u8],
    ) -> Result<(), Fault<FpeFault>> {
        let Cipher::Aes(key) = &self.cipher()? else { return Err(Refusal::Algorithm.into()) };
        Ff1::new(key, radix).and_then(|ff1| ff1.encrypt(tweak, numerals)).map_err(Fault::Input)
    }

    /// Decrypts numerals below `radix` in place by BPS, with a tweak of zeros.
    ///
    /// # Errors
    /// A7 if this is no key of a cipher; those of [`Bps`].
    pub fn bps_decrypt(&self, radix: u16, numerals: &mut [u8]) -> Result<(), Fault<FpeFault>> {
        let cipher = self.cipher()?;
        Bps::new(&cipher, radix).and_then(|bps| bps.decrypt([0; 2], numerals)).map_err(Fault::Input)
    }

    /// Decrypts numerals below `radix` in place by FF1.
    ///
    /// # Errors
    /// As [`Key::ff1_encrypt`].
    pub fn ff1_decrypt(
        &self,
        radix: u16,
        tweak: &[u8],
        numerals: &mut [u8],
    ) -> Result<(), Fault<FpeFault>> {
        let Cipher::Aes(key) = &self.cipher()? else { return Err(Refusal::Algorithm.into()) };
        Ff1::new(key, radix).and_then(|ff1| ff1.decrypt(tweak, numerals)).map_err(Fault::Input)
    }

    fn cipher(&self) -> Result<Cipher, Refusal> {
        self.clear.cipher().map_err(|_| Refusal::Algorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::tests::key;

    #[test]
    fn data_comes_back_in_every_mode_and_in_parts() {
        for algorithm in [Algorithm::Tdes, Algorithm::Aes] {
            let key: Key<Data> = key(algorithm, &[0x5B; 24]);
            let size = key.block_size();
            let ctr = Mode::Ctr(Counter::BLOCK);
            for mode in [Mode::Ecb, Mode::Cbc, Mode::Cfb8, Mode::Cfb64, Mode::Ofb, ctr] {
                let plain = [7; 64];
                let mut data = plain;
                let mut chaining = vec![9; size];
                let (first, second) = data.split_at_mut(32);
                key.encrypt(mode, &mut chaining, first).expect("blocks");
                key.encrypt(mode, &mut chaining, second).expect("blocks");
                assert_ne!(data, plain);
                key.decrypt(mode, &mut vec![9; size], &mut data).expect("blocks");
                assert_eq!(data, plain, "{mode:?}");
            }
        }
    }

    #[test]
    fn keys_and_lengths_have_to_fit() {
        let hmac: Key<Data> = key(Algorithm::Hmac, &[0x5B; 16]);
        let tdes: Key<Data> = key(Algorithm::Tdes, &[0x5B; 16]);
        let aes: Key<Data> = key(Algorithm::Aes, &[0x5B; 16]);
        let encrypt = |key: &Key<Data>| key.encrypt(Mode::Ecb, &mut [], &mut [0; 12]);
        assert_eq!(encrypt(&hmac), Err(Fault::Key(Refusal::Algorithm)));
        assert_eq!(encrypt(&tdes), Err(Fault::Input(NotBlocks)));
        let mut numerals = [1, 2, 3, 4, 5, 6];
        assert_eq!(tdes.ff1_encrypt(10, &[], &mut numerals), Err(Refusal::Algorithm.into()));
        aes.ff1_encrypt(10, b"tweak", &mut numerals).expect("numerals");
        aes.ff1_decrypt(10, b"tweak", &mut numerals).expect("numerals");
        assert_eq!(numerals, [1, 2, 3, 4, 5, 6]);
        assert_eq!(aes.ff1_encrypt(10, &[], &mut [12; 6]), Err(Fault::Input(FpeFault::Numeral)));
    }
}
