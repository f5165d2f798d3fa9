//! What the fields of a key block header may say, as data: for checks, listings and the manual.

/// Where a key usage comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// X9.143 and TR-31.
    Standard,
    /// Thales' own, seen in recorded traffic or named by two public sources.
    Thales,
    /// Thales' own, named by one public source.
    Listed,
}

/// A key usage and what goes with it.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Bytes 5 and 6 of the header.
    pub code: [u8; 2],
    /// What the key is for.
    pub text: &'static str,
    /// Who defines the code.
    pub origin: Origin,
    /// Algorithms that the usage goes with.
    pub algorithms: &'static [u8],
    /// Modes of use that the usage goes with.
    pub modes: &'static [u8],
    /// The nearest usage of X9.143, for a key that leaves in a TR-31 key block; inferred for all Thales usages.
    pub standard: Option<[u8; 2]>,
}

/// One character and its meaning.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The character.
    pub code: u8,
    /// What it says.
    pub text: &'static str,
}

macro_rules! meanings {
    ($($code:literal $text:literal)*) => { &[$(Meaning { code: $code, text: $text }),*] };
}

/// Versions of key blocks, byte 0; see [`super::Version`].
pub const VERSIONS: &[Meaning] = meanings! {
    b'0' "Thales, under a triple-DES key"
    b'1' "Thales, under an AES key"
    b'A' "TR-31, under a triple-DES key, keys by variant (2005)"
    b'B' "TR-31, under a triple-DES key, keys by derivation"
    b'C' "TR-31, under a triple-DES key, keys by variant"
    b'D' "TR-31, under an AES key, CBC"
    b'E' "TR-31, under an AES key, counter mode"
};

/// Algorithms that a key may be for, byte 7. Source: X9.143.
pub const ALGORITHMS: &[Meaning] = meanings! {
    b'A' "AES" b'D' "DES" b'E' "Elliptic curve" b'H' "HMAC" b'R' "RSA" b'S' "DSA" b'T' "Triple DES"
};

/// Modes of use, byte 8. Source: X9.143; `T` from TR-31:2018.
pub const MODES: &[Meaning] = meanings! {
    b'B' "Encrypt and decrypt, or wrap and unwrap"
    b'C' "Generate and verify"
    b'D' "Decrypt or unwrap only"
    b'E' "Encrypt or wrap only"
    b'G' "Generate only"
    b'N' "No special restrictions"
    b'S' "Sign only"
    b'T' "Sign and decrypt"
    b'V' "Verify only"
    b'X' "Derive other keys"
    b'Y' "Create key variants"
};

/// Exportabilities, byte 11. Source: X9.143.
pub const EXPORTABILITIES: &[Meaning] = meanings! {
    b'E' "May leave in a trusted key block only"
    b'N' "May not leave"
    b'S' "Sensitive: may leave in any form"
};

// What families of usages go with. `N` is everywhere: keys of recorded traffic carry it whatever their usage is.
const SECRET: &[u8] = b"ADT";
const SECRET_OR_HMAC: &[u8] = b"ADHT";
const HASHED: &[u8] = b"H";
const PAIR: &[u8] = b"ERS";
const RSA: &[u8] = b"R";
const RSA_OR_CURVE: &[u8] = b"ER";
const CIPHER: &[u8] = b"BDEN";
const CODE: &[u8] = b"CGVN";
const DERIVE: &[u8] = b"XN";
const DERIVE_OR_CIPHER: &[u8] = b"BDEXN";
const SIGN: &[u8] = b"NSV";
const PRIVATE: &[u8] = b"BDENSTV";
const PRIVATE_OR_AGREE: &[u8] = b"BDENSTVX";
const UNRESTRICTED: &[u8] = b"N";

macro_rules! usages {
    ($($code:literal $text:literal $origin:ident $algorithms:ident $modes:ident $($standard:literal)?;)*) => {
        &[$(Usage {
            code: *$code,
            text: $text,
            origin: Origin::$origin,
            algorithms: $algorithms,
            modes: $modes,
            standard: usages!(@ $code $origin $($standard)?),
        }),*]
    };
    (@ $code:literal Standard) => { Some(*$code) };
    (@ $code:literal $origin:ident) => { None };
    (@ $code:literal $origin:ident $standard:literal) => { Some(*$standard) };
}

/// Key usages, bytes 5 and 6, in the order of their codes.
///
/// Lettered codes: X9.143, with the algorithms and modes that other products document for them. Numeric codes: Thales,
/// names from recorded traffic and public lists; their algorithms and modes follow the lettered usage they stand for (inferred).
pub const USAGES: &[Usage] = usages! {
    b"01" "Watchword key (WWK)" Thales SECRET CODE;
    b"02" "Public key, RSA or elliptic curve" Thales RSA_OR_CURVE PRIVATE_OR_AGREE;
    b"03" "Private key, for signing, key management or key agreement" Thales RSA_OR_CURVE PRIVATE_OR_AGREE;
    b"04" "RSA private key of a chip card" Thales RSA PRIVATE;
    b"05" "RSA private key, for PINs" Listed RSA PRIVATE;
    b"06" "RSA private key, for TLS" Listed RSA PRIVATE;
    b"11" "Card security code key, American Express (CSCK)" Thales SECRET CODE b"C0";
    b"12" "Card verification key, Mastercard CVC" Listed SECRET CODE b"C0";
    b"13" "Card verification key, Visa CVV" Listed SECRET CODE b"C0";
    b"21" "Data encryption key (DEK)" Thales SECRET CIPHER b"D0";
    b"22" "Zone encryption key (ZEK)" Thales SECRET CIPHER b"D0";
    b"23" "Terminal encryption key (TEK)" Thales SECRET CIPHER b"D0";
    b"24" "Transport key" Listed SECRET CIPHER b"K0";
    b"25" "Data encryption key, counter mode" Listed SECRET CIPHER b"D0";
    b"31" "Master key for loading (KML)" Listed SECRET DERIVE_OR_CIPHER;
    b"32" "Issuer master key for CVC3 (MK-CVC3)" Thales SECRET DERIVE b"E6";
    b"33" "Remote management of mobiles, key 1" Listed SECRET DERIVE_OR_CIPHER;
    b"34" "Remote management of mobiles, key 2" Listed SECRET DERIVE_OR_CIPHER;
    b"35" "Remote management of mobiles, key 3" Listed SECRET DERIVE_OR_CIPHER;
    b"36" "Remote management of mobiles, key 4" Listed SECRET DERIVE_OR_CIPHER;
    b"37" "Chip card key for application cryptograms" Listed SECRET DERIVE_OR_CIPHER;
    b"38" "Chip card key for secure messaging, integrity" Listed SECRET DERIVE_OR_CIPHER;
    b"39" "Chip card key for secure messaging, confidentiality" Listed SECRET DERIVE_OR_CIPHER;
    b"40" "Key of a personalisation system" Listed SECRET DERIVE_OR_CIPHER;
    b"41" "Base derivation key, type 2 (BDK-2)" Thales SECRET DERIVE b"B0";
    b"42" "Base derivation key, type 3 (BDK-3)" Thales SECRET DERIVE b"B0";
    b"43" "Base derivation key, type 4 (BDK-4)" Thales SECRET DERIVE b"B0";
    b"44" "Base derivation key, type 5 (BDK-5)" Listed SECRET DERIVE b"B0";
    b"47" "Chip session key for application cryptograms" Listed SECRET DERIVE_OR_CIPHER;
    b"48" "Chip session key for secure messaging, integrity" Listed SECRET DERIVE_OR_CIPHER;
    b"49" "Chip session key for secure messaging, confidentiality" Listed SECRET DERIVE_OR_CIPHER;
    b"51" "Terminal master key (TMK)" Thales SECRET CIPHER b"K0";
    b"52" "Zone master key (ZMK)" Thales SECRET CIPHER b"K0";
    b"53" "Master key of the German banks (ZKA MK)" Thales SECRET DERIVE;
    b"54" "Key encryption key (KEK)" Listed SECRET CIPHER b"K0";
    b"55" "Key encryption key for transport" Listed SECRET CIPHER b"K0";
    b"61" "HMAC key, SHA-1" Thales HASHED CODE b"M7";
    b"62" "HMAC key, SHA-224" Thales HASHED CODE b"M7";
    b"63" "HMAC key, SHA-256" Thales HASHED CODE b"M7";
    b"64" "HMAC key, SHA-384" Thales HASHED CODE b"M7";
    b"65" "HMAC key, SHA-512" Thales HASHED CODE b"M7";
    b"71" "Terminal PIN key (TPK)" Thales SECRET CIPHER b"P0";
    b"72" "Zone PIN key (ZPK)" Thales SECRET CIPHER b"P0";
    b"73" "Terminal key register (TKR)" Thales SECRET DERIVE_OR_CIPHER;
    b"74" "Transaction key scheme, key 1" Listed SECRET DERIVE_OR_CIPHER;
    b"75" "Transaction key scheme, key 2" Listed SECRET DERIVE_OR_CIPHER;
    b"76" "Transaction key scheme, key 3" Listed SECRET DERIVE_OR_CIPHER;
    b"77" "Transaction key scheme, key 4" Listed SECRET DERIVE_OR_CIPHER;
    b"78" "Transaction key scheme, key 5" Listed SECRET DERIVE_OR_CIPHER;
    b"79" "Transaction key scheme, key 6" Listed SECRET DERIVE_OR_CIPHER;
    b"80" "Transaction key scheme, key 7" Listed SECRET DERIVE_OR_CIPHER;
    b"81" "IBM CCA key" Listed SECRET DERIVE_OR_CIPHER;
    b"B0" "Base derivation key (BDK-1)" Standard SECRET DERIVE;
    b"B1" "Initial DUKPT key (IKEY)" Standard SECRET DERIVE;
    b"B2" "Base key of a variant" Standard SECRET DERIVE;
    b"B3" "Key derivation key, outside DUKPT" Standard SECRET DERIVE;
    b"C0" "Card verification key (CVK)" Standard SECRET CODE;
    b"D0" "Data encryption key" Standard SECRET CIPHER;
    b"D1" "Asymmetric key for data encryption" Standard PAIR CIPHER;
    b"D2" "Data encryption key for decimalisation tables" Standard SECRET CIPHER;
    b"D3" "Data encryption key for sensitive data" Standard SECRET CIPHER;
    b"E0" "Chip issuer master key: application cryptograms (MK-AC)" Standard SECRET DERIVE;
    b"E1" "Chip issuer master key: secure messaging, confidentiality (MK-SMC)" Standard SECRET DERIVE;
    b"E2" "Chip issuer master key: secure messaging, integrity (MK-SMI)" Standard SECRET DERIVE;
    b"E3" "Chip issuer master key: data authentication code (MK-DAC)" Standard SECRET DERIVE;
    b"E4" "Chip issuer master key: dynamic numbers (MK-DN)" Standard SECRET DERIVE;
    b"E5" "Chip issuer master key: card personalisation" Standard SECRET DERIVE;
    b"E6" "Chip issuer master key: other" Standard SECRET DERIVE;
    b"E7" "Chip personalisation master key" Standard SECRET DERIVE_OR_CIPHER;
    b"I0" "Initialisation vector" Standard SECRET UNRESTRICTED;
    b"K0" "Key encryption key" Standard SECRET_OR_HMAC CIPHER;
    b"K1" "Key block protection key, TR-31" Standard SECRET CIPHER;
    b"K2" "Asymmetric key for TR-34" Standard PAIR PRIVATE;
    b"K3" "Asymmetric key for key agreement" Standard PAIR DERIVE_OR_CIPHER;
    b"K4" "Key block protection key, ISO 20038" Standard SECRET CIPHER;
    b"M0" "MAC key, ISO 16609 algorithm 1" Standard SECRET CODE;
    b"M1" "MAC key, ISO 9797-1 algorithm 1" Standard SECRET CODE;
    b"M2" "MAC key, ISO 9797-1 algorithm 2" Standard SECRET CODE;
    b"M3" "MAC key, ISO 9797-1 algorithm 3" Standard SECRET CODE;
    b"M4" "MAC key, ISO 9797-1 algorithm 4" Standard SECRET CODE;
    b"M5" "MAC key, ISO 9797-1:1999 algorithm 5, or AES CBC-MAC" Standard SECRET CODE;
    b"M6" "MAC key, CMAC" Standard SECRET CODE;
    b"M7" "HMAC key" Standard HASHED CODE;
    b"M8" "MAC key, ISO 9797-1:2011 algorithm 6" Standard SECRET CODE;
    b"P0" "PIN encryption key" Standard SECRET CIPHER;
    b"P1" "PIN generation key" Standard SECRET CODE;
    b"S0" "Asymmetric key for signatures" Standard PAIR SIGN;
    b"S1" "Asymmetric key for signatures of an authority" Standard PAIR SIGN;
    b"S2" "Asymmetric key outside X9.24" Standard PAIR PRIVATE;
    b"V0" "PIN verification key, other" Standard SECRET CODE;
    b"V1" "PIN verification key, IBM 3624" Standard SECRET CODE;
    b"V2" "PIN verification key, Visa PVV" Standard SECRET CODE;
    b"V3" "PIN verification key, X9.132 algorithm 1" Standard SECRET CODE;
    b"V4" "PIN verification key, X9.132 algorithm 2" Standard SECRET CODE;
    b"V5" "PIN verification key, X9.132 algorithm 3" Standard SECRET CODE;
};

/// The row of a key usage.
pub fn usage(code: [u8; 2]) -> Option<&'static Usage> {
    USAGES.binary_search_by(|usage| usage.code.cmp(&code)).ok().and_then(|at| USAGES.get(at))
}

/// What a version's character says.
pub fn version(code: u8) -> Option<&'static str> {
    text(VERSIONS, code)
}

/// What an algorithm's character says.
pub fn algorithm(code: u8) -> Option<&'static str> {
    text(ALGORITHMS, code)
}

/// What a mode of use says.
pub fn mode(code: u8) -> Option<&'static str> {
    text(MODES, code)
}

/// What an exportability says.
pub fn exportability(code: u8) -> Option<&'static str> {
    text(EXPORTABILITIES, code)
}

fn text(meanings: &'static [Meaning], code: u8) -> Option<&'static str> {
    meanings.iter().find(|meaning| meaning.code == code).map(|meaning| meaning.text)
}

#[cfg(test)]
mod tests {
    use super::{super::Version, *};

    #[test]
    fn usages_are_in_order_and_unique() {
        assert!(USAGES.is_sorted_by(|a, b| a.code < b.code));
        for row in USAGES {
            assert_eq!(usage(row.code).map(|found| found.text), Some(row.text));
        }
        assert!(usage(*b"Z0").is_none());
    }

    #[test]
    fn every_version_has_a_meaning() {
        let codes: Vec<u8> = Version::ALL.iter().map(|version| version.code()).collect();
        assert!(VERSIONS.iter().map(|meaning| meaning.code).eq(codes));
    }

    #[test]
    fn usages_name_known_algorithms_and_modes() {
        for row in USAGES {
            assert!(row.algorithms.iter().all(|&code| algorithm(code).is_some()), "{}", row.text);
            assert!(row.modes.iter().all(|&code| mode(code).is_some()), "{}", row.text);
            if let Some(standard) = row.standard {
                assert_eq!(
                    usage(standard).map(|found| found.origin),
                    Some(Origin::Standard),
                    "{}",
                    row.text
                );
            }
        }
    }
}
