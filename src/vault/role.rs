//! Roles: what a key in a command is called, where it stands under an LMK, and what it may be used for.

use crate::usage::{self, Usage};
use crate::{KeyType, KeyTypes};

/// Digits of a key that carries no scheme letter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Untagged {
    /// 16 digits.
    Single,
    /// 32 digits.
    Double,
    /// 16 or 32 as the setting "ZMK length" says.
    Zmk,
}

/// DES key lengths that a purpose allows. AES and HMAC keys are not asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lengths {
    /// Any.
    Any,
    /// Double only.
    Double,
    /// Double or triple.
    DoubleOrTriple,
}

impl Lengths {
    /// Whether a DES key of so many bytes is allowed.
    pub const fn allow(self, bytes: usize) -> bool {
        match self {
            Self::Any => true,
            Self::Double => bytes == 16,
            Self::DoubleOrTriple => bytes == 16 || bytes == 24,
        }
    }
}

/// What a key is for: its name, its place under an LMK and its usage.
///
/// Key usages follow the key types (see [`KeyType::usages`]); which of them a command takes is seen in recorded traffic for
/// ZMK, TMK, ZPK, TPK, PVK, CVK, BDK and MAC keys and inferred for the rest.
pub trait Role: Copy + core::fmt::Debug + Eq + 'static {
    /// Operations that the key allows.
    type Usage: Usage;
    /// Short name.
    const NAME: &'static str;
    /// Key type code; `FFF` where another field gives it.
    const CODE: [u8; 3];
    /// Key type code when "Enforce key type 002 separation" is set.
    const SEPARATED_CODE: [u8; 3];
    /// Key usages of a key block; none means all.
    const KEY_USAGES: &'static [[u8; 2]];
    /// Algorithms of a key block; none means all.
    const ALGORITHMS: &'static [u8];
    /// Length without a scheme letter.
    const UNTAGGED: Untagged;
    /// DES key lengths allowed.
    const LENGTHS: Lengths;

    /// Key type, unless another field gives it.
    fn key_type(types: KeyTypes) -> Option<&'static KeyType> {
        types.find(match types {
            KeyTypes::Standard => Self::CODE,
            KeyTypes::Separated => Self::SEPARATED_CODE,
        })
    }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident $label:literal $code:literal $(/ $separated:literal)? $usage:ident $untagged:ident
        $lengths:ident $algorithms:literal [$($block:literal)*];)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Eq, PartialEq)]
            pub enum $name {}

            impl Role for $name {
                type Usage = usage::$usage;
                const NAME: &'static str = $label;
                const CODE: [u8; 3] = *$code;
                const SEPARATED_CODE: [u8; 3] = *roles!(@ $code $($separated)?);
                const KEY_USAGES: &'static [[u8; 2]] = &[$(*$block),*];
                const ALGORITHMS: &'static [u8] = $algorithms;
                const UNTAGGED: Untagged = Untagged::$untagged;
                const LENGTHS: Lengths = Lengths::$lengths;
            }
        )*

        /// Name, codes and key usages of every role, for listings and tests.
        pub const ROLES: &[(&str, [u8; 3], [u8; 3], &[[u8; 2]])] = &[
            $(($name::NAME, $name::CODE, $name::SEPARATED_CODE, $name::KEY_USAGES)),*
        ];
    };
    (@ $code:literal) => { $code };
    (@ $code:literal $separated:literal) => { $separated };
}

roles! {
    /// Zone master key.
    Zmk "ZMK" b"000" Transport Zmk Any b"ADT" [b"K0" b"K1" b"52"];
    /// Zone master key that is always of double length, whatever the setting "ZMK length" says.
    DoubleZmk "*ZMK" b"000" Transport Double DoubleOrTriple b"ADT" [b"K0" b"52"];
    /// Component of a zone master key.
    ZmkComponent "ZMK component" b"100" Stated Zmk Any b"" [b"K0" b"52"];
    /// Terminal master key.
    Tmk "TMK" b"002" / b"80D" Transport Single Any b"ADT" [b"K0" b"51"];
    /// ZMK or TMK as a flag says.
    ZmkOrTmk "ZMK or TMK" b"FFF" Transport Zmk Any b"ADT" [b"K0" b"K1" b"51" b"52"];
    /// Master key of the load messages of an electronic purse.
    Kml "KML" b"200" Stated Double Double b"DT" [b"31"];
    /// Zone PIN key.
    Zpk "ZPK" b"001" PinBlock Single Any b"ADT" [b"P0" b"72"];
    /// Terminal PIN key.
    Tpk "TPK" b"002" / b"70D" PinBlock Single Any b"ADT" [b"P0" b"71"];
    /// ZPK or TPK as a key type field says.
    ZpkOrTpk "ZPK or TPK" b"FFF" PinBlock Single Any b"ADT" [b"P0" b"71" b"72"];
    /// TMK, TPK or PVK: what a terminal key exchange of old may carry.
    TerminalKey "TMK, TPK or PVK" b"002" Stated Single Any b"" [b"K0" b"51" b"P0" b"71" b"V0" b"V1" b"V2"];
    /// PIN verification key of any method.
    Pvk "PVK" b"002" PinVerification Single Any b"DT" [b"V0" b"V1" b"V2"];
    /// PIN verification key of the IBM 3624 method.
    PvkIbm "PVK" b"002" PinVerification Single Any b"DT" [b"V0" b"V1"];
    /// Pair of PIN verification keys of the Visa PVV method.
    PvkPair "PVK pair" b"002" PinVerification Double Double b"DT" [b"V0" b"V2"];
    /// Pair of card verification keys.
    Cvk "CVK" b"402" CardVerification Double Double b"DT" [b"C0" b"12" b"13"];
    /// Card security code key of American Express.
    Csck "CSCK" b"402" CardVerification Double Double b"DT" [b"C0" b"11"];
    /// Watchword key.
    Wwk "WWK" b"006" Stated Single Any b"DT" [b"01"];
    /// Terminal authentication key.
    Tak "TAK" b"003" Authentication Single Any b"ADT" [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"];
    /// Terminal authentication key that covers data, as an old command has it.
    TakForData "TAK" b"003" Data Single Any b"DT" [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"];
    /// Zone authentication key.
    Zak "ZAK" b"008" Authentication Single Any b"ADT" [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"];
    /// TAK or ZAK as a key type field says.
    MacKey "TAK or ZAK" b"FFF" Authentication Single Any b"ADT" [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"];
    /// Key of the MAC on a record of the audit log.
    AuditMacKey "audit record MAC key" b"706" Authentication Double Double b"T" [];
    /// HMAC key.
    HmacKey "HMAC key" b"10C" Authentication Single Any b"H" [b"61" b"62" b"63" b"64" b"65"];
    /// Zone encryption key.
    Zek "ZEK" b"00A" Data Single Any b"ADT" [b"D0" b"22"];
    /// ZEK or ZAK as a flag says.
    ZekOrZak "ZEK or ZAK" b"FFF" Stated Single Any b"ADT" [b"D0" b"22" b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"];
    /// Data encryption key.
    Dek "DEK" b"00B" Data Single Any b"ADT" [b"D0" b"21"];
    /// Terminal encryption key.
    Tek "TEK" b"30B" Data Single Any b"ADT" [b"D0" b"23"];
    /// ZEK, DEK, TEK or BDK as a key type field says.
    DataKey "ZEK, DEK, TEK or BDK" b"FFF" Stated Single Any b"ADT" [b"D0" b"21" b"22" b"23" b"B0" b"41" b"42" b"43"];
    /// Base derivation key, type 1.
    Bdk "BDK" b"009" Derivation Double DoubleOrTriple b"AT" [b"B0"];
    /// Base derivation key of any type, as a flag or key type field says.
    AnyBdk "BDK" b"FFF" Derivation Double DoubleOrTriple b"AT" [b"B0" b"41" b"42" b"43"];
    /// ZPK or BDK as a flag says: where a PIN block goes to.
    ZpkOrBdk "ZPK or BDK" b"FFF" Stated Single Any b"ADT" [b"P0" b"72" b"B0" b"41" b"42" b"43"];
    /// Initial key of a terminal.
    Ikey "IKEY" b"302" Stated Double Any b"AT" [b"B1"];
    /// Master key of the ZKA key derivation.
    ZkaMasterKey "ZKA master key" b"607" Derivation Double Double b"T" [b"53"];
    /// Master key for application cryptograms.
    MkAc "MK-AC" b"109" MasterKey Double Double b"T" [b"E0"];
    /// Master key for application cryptograms, one of AES: only in key blocks.
    MkAcAes "MK-AC" b"109" MasterKey Double Any b"A" [b"E0"];
    /// Master key for secure messaging, integrity.
    MkSmi "MK-SMI" b"209" MasterKey Double Double b"T" [b"E2"];
    /// Master key for secure messaging, confidentiality.
    MkSmc "MK-SMC" b"309" MasterKey Double Double b"T" [b"E1"];
    /// Master key for data authentication codes.
    MkDac "MK-DAC" b"409" MasterKey Double Double b"T" [b"E3"];
    /// Master key for dynamic numbers.
    MkDn "MK-DN" b"509" MasterKey Double Double b"T" [b"E4"];
    /// Master key for dynamic card verification codes of Mastercard.
    MkCvc3 "MK-CVC3" b"709" MasterKey Double Double b"T" [b"32"];
    /// Key encryption key of card personalisation.
    Kek "KEK" b"107" Transport Double Any b"ADT" [b"54"];
    /// A key whose type another field or its key block gives.
    AnyKey "key" b"FFF" Stated Single Any b"" [];
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A role takes key usages that its key type stands for; keys with a lettered usage also go by the general one.
    #[test]
    fn roles_agree_with_key_types() {
        for (name, standard, separated, usages) in ROLES {
            for (types, code) in
                [(KeyTypes::Standard, *standard), (KeyTypes::Separated, *separated)]
            {
                if code == *b"FFF" {
                    continue;
                }
                let key_type = types.find(code).expect(name);
                let known = usages.iter().filter(|usage| key_type.usages.contains(usage));
                let agrees = known.count() > 0 || (usages.is_empty() && key_type.usages.is_empty());
                assert!(agrees, "{name}");
            }
        }
    }
}
