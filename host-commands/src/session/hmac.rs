//! Making HMACs.

use vault::Use;
use wire::ErrorCode;

use crate::{
    Session,
    error::{ALGORITHM, KEY_USAGE},
    fields::{Digest, HmacKeyBlock},
};

impl Session<'_> {
    /// The first bytes of an HMAC. Error 04 for less than half a digest, or more than one.
    pub(crate) fn hmac(
        &self,
        key: HmacKeyBlock<'_>,
        purpose: Use,
        length: usize,
        data: &[u8],
    ) -> Result<Digest, ErrorCode> {
        let key = self.open(key.0, purpose)?;
        let hash = key.hash().ok_or(KEY_USAGE.0)?;
        let whole = hash.digest_size();
        if !(whole / 2..=whole).contains(&length) {
            return Err(ErrorCode::new(4));
        }
        let hmac = key.hmac(hash, &[data]).map_err(|_| ALGORITHM.0)?;
        Ok(Digest::new(hmac, length))
    }
}
