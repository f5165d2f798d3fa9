//! What a command expects of a key, and how it wants one to be protected.

use crypto::{Algorithm, ClearKey};

use crate::key_block::Header;
use crate::{Clock, KeyType, KeyTypes, Lengths, Refusal, Role, Scheme};

/// What a key is about to do; a key block has to permit it by its mode of use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Use {
    /// Encrypt data or PIN blocks: modes B, E, N.
    Encrypt,
    /// Decrypt data or PIN blocks: modes B, D, N.
    Decrypt,
    /// Encrypt and decrypt: modes B, N.
    Both,
    /// Generate a MAC or a verification value: modes C, G, N.
    Generate,
    /// Verify a MAC or a verification value: modes C, V, N.
    Verify,
    /// Generate and verify: modes C, N.
    GenerateAndVerify,
    /// Derive keys: modes X, N.
    Derive,
    /// Encrypt keys that leave: modes B, E, N.
    Wrap,
    /// Decrypt keys that come in: modes B, D, N.
    Unwrap,
    /// Be looked at, exported or re-encrypted: all modes.
    Any,
}

impl Use {
    /// Modes of use that permit this.
    ///
    /// Source: manual for keys that carry keys (A0, A6, A8) and BDKs; X9.143 for the rest, and what recorded traffic shows.
    pub const fn modes(self) -> &'static [u8] {
        match self {
            Self::Encrypt | Self::Wrap => b"BEN",
            Self::Decrypt | Self::Unwrap => b"BDN",
            Self::Both => b"BN",
            Self::Generate => b"CGN",
            Self::Verify => b"CVN",
            Self::GenerateAndVerify => b"CN",
            Self::Derive => b"XN",
            Self::Any => b"BCDEGNSTVXY",
        }
    }
}

/// Security settings that decide which keys are acceptable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Setting "Enable Single-DES".
    pub single_des: bool,
    /// The opposite of the setting "Prevent Single-DES keys masquerading as double or triple-length keys".
    pub masquerading: bool,
    /// The clock by which keys are valid; off without the setting "Use HSM clock for date/time validation".
    pub clock: Clock,
}

impl Default for Policy {
    /// Everything is acceptable: factory settings of older devices.
    fn default() -> Self {
        Self { single_des: true, masquerading: true, clock: Clock::default() }
    }
}

/// What a command expects of a key that it opens.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'e> {
    /// Key type, for a variant LMK. Without one, such an LMK refuses (28).
    pub key_type: Option<&'static KeyType>,
    /// Key usages, for a key block; none means all.
    pub usages: &'e [[u8; 2]],
    /// Algorithms, for a key block; none means all.
    pub algorithms: &'e [u8],
    /// What the key is about to do.
    pub use_: Use,
    /// How long the key may be.
    pub lengths: Lengths,
    /// Whether a component (key version number `c1` to `c9`) is wanted; otherwise it is refused.
    pub component: bool,
    /// Settings about DES keys.
    pub policy: Policy,
}

impl Expected<'static> {
    /// What a role expects. The key type is that of the role; where another field states it, use [`Expected::of_type`].
    pub fn of<R: Role>(types: KeyTypes, use_: Use, policy: Policy) -> Self {
        Self { key_type: R::key_type(types), ..Self::of_type::<R>(None, use_, policy) }
    }

    /// What a role expects of a key whose type another field states.
    pub const fn of_type<R: Role>(
        key_type: Option<&'static KeyType>,
        use_: Use,
        policy: Policy,
    ) -> Self {
        Self {
            key_type,
            usages: R::KEY_USAGES,
            algorithms: R::ALGORITHMS,
            use_,
            lengths: R::LENGTHS,
            component: false,
            policy,
        }
    }
}

impl Expected<'_> {
    /// Checks the header of a key block.
    ///
    /// # Errors
    /// A6 usage, A7 algorithm, A8 mode of use, A9 a component in place of a key or the reverse (inferred).
    pub fn check_header(&self, header: &Header) -> Result<(), Refusal> {
        if !self.usages.is_empty() && !self.usages.contains(&header.usage) {
            return Err(Refusal::Usage);
        }
        if !self.algorithms.is_empty() && !self.algorithms.contains(&header.algorithm) {
            return Err(Refusal::Algorithm);
        }
        if !self.use_.modes().contains(&header.mode) {
            return Err(Refusal::Mode);
        }
        if header.component().is_some() != self.component {
            return Err(Refusal::Version);
        }
        Ok(())
    }

    /// Checks a key that has been decrypted.
    ///
    /// # Errors
    /// Zero and parity without a code; 27 for a length that is not wanted or single DES that is not allowed (the latter
    /// inferred); 75.
    pub(crate) fn check_key(&self, key: &ClearKey) -> Result<(), Refusal> {
        if key.is_zero() {
            return Err(Refusal::Zero);
        }
        if key.algorithm() == Algorithm::Tdes {
            if !key.has_odd_parity() {
                return Err(Refusal::Parity);
            }
            if !self.policy.masquerading && key.has_equal_parts() {
                return Err(Refusal::Masquerading);
            }
            if (key.len() == 8 && !self.policy.single_des) || !self.lengths.allow(key.len()) {
                return Err(Refusal::Length);
            }
        }
        Ok(())
    }
}

/// How a key is to be protected when it leaves.
#[derive(Clone, Copy, Debug)]
pub enum Protection<'p> {
    /// Under a variant LMK.
    Variant {
        /// Chooses LMK pair and variant.
        key_type: &'static KeyType,
        /// Scheme; its length has to be that of the key.
        scheme: Scheme,
    },
    /// In a key block. Version and LMK identifier of the header are filled in by the LMK.
    KeyBlock {
        /// What the block says of its key.
        header: Header,
        /// Optional blocks as they will stand in the key block.
        optional: &'p [u8],
    },
}
