//! Commands that are known by name only: they answer error 68.
//!
//! Their layout is not public, or they are not built yet. A command that is built leaves this list;
//! its name then comes from its own file.

use wire::Evidence;

/// A command that is known by name only.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// Command code.
    pub code: [u8; 2],
    /// How well its existence is grounded.
    pub evidence: Evidence,
    /// Family.
    pub family: &'static str,
    /// What it does.
    pub name: &'static str,
}

macro_rules! named {
    ($($code:literal $evidence:ident $family:literal $name:literal;)*) => {
        &[$(Named {
            code: *$code,
            evidence: Evidence::$evidence,
            family: $family,
            name: $name,
        }),*]
    };
}

/// Every command that is known by name only, by code.
pub static NAMED: &[Named] = named! {
    b"AI" Manual "data" "Encrypt data with SEED";
    b"AK" Manual "data" "Decrypt data with SEED";
    b"AM" Manual "data" "Translate data with SEED";
    b"AO" Manual "data" "SEED round-key generation";
    b"AQ" Simulator "pin" "RSA-encrypted PIN to ZPK/TPK";
    b"B4" Inferred "keys" "Form TR-31/X9.143 block";
    b"C0" Simulator "as2805" "Initial terminal master keys";
    b"C6" Simulator "as2805" "Random number";
    b"C8" Simulator "as2805" "Generate acquirer master KEK";
    b"D0" Simulator "as2805" "PIN pad authentication code";
    b"D2" Simulator "as2805" "Verify PIN pad authentication code";
    b"D4" Simulator "as2805" "Translate PIN block to PEK";
    b"D6" Simulator "as2805" "Translate acquirer master KEK";
    b"D8" Simulator "as2805" "Encrypt CPAT authentication value";
    b"DM" Manual "e-purse" "Verify load S1, generate S2";
    b"DO" Manual "e-purse" "Verify load completion S3";
    b"DQ" Manual "e-purse" "Verify unload S1, generate S2";
    b"DS" Manual "e-purse" "Verify unload completion S3";
    b"E0" Simulator "as2805" "KEKs validation request";
    b"E2" Simulator "as2805" "KEKr validation response";
    b"E4" Simulator "as2805" "Verify PIN pad proof of end point";
    b"E6" Simulator "as2805" "PIN pad proof of end point";
    b"E8" Simulator "as2805" "KCA and KMACH";
    b"F0" Simulator "as2805" "Verify terminal PIN IBM";
    b"F2" Simulator "as2805" "Verify terminal PIN Visa";
    b"F4" Simulator "as2805" "Calculate KMACI";
    b"F6" Simulator "as2805" "KEKGEN";
    b"F8" Simulator "as2805" "KEKREC";
    b"FU" Manual "watchword" "Verify watchword response";
    b"G2" Manual "pin" "Verify interchange PIN comparison SEED";
    b"G4" Manual "pin" "Verify terminal PIN comparison SEED";
    b"G6" Manual "pin" "PIN ZPK to ZPK SEED";
    b"G8" Manual "pin" "PIN TPK to ZPK SEED";
    b"H0" Simulator "as2805" "Decrypt PIN pad public key";
    b"H2" Simulator "as2805" "RSA public key verification code";
    b"H4" Simulator "as2805" "KEKs for node interchange via RSA";
    b"H6" Simulator "as2805" "Receive KEKr via RSA";
    b"H8" Simulator "as2805" "Encrypt cross-acquirer KEK under KTI";
    b"HK" Simulator "as2805" "Transaction response with AP";
    b"I0" Simulator "as2805" "Encrypt terminal key under LMK";
    b"I2" Simulator "issuing" "Import MULTOS TKCK";
    b"I4" Simulator "issuing" "Import MULTOS hash modulus key";
    b"I6" Simulator "issuing" "Translate MULTOS KTU";
    b"I8" Simulator "issuing" "MULTOS ALU generator";
    b"IC" Simulator "issuing" "Establish secure session with chip card";
    b"IE" Simulator "issuing" "Prepare secure message for chip card";
    b"K8" Simulator "issuing" "Export key under KEK";
    b"KE" Simulator "issuing" "Issuer RSA key set and certificate";
    b"KG" Simulator "issuing" "Validate issuer certificate";
    b"KI" Simulator "issuing" "Derive card unique DES keys";
    b"KK" Simulator "issuing" "Import CA self-signed certificate";
    b"KM" Simulator "issuing" "Static data authentication signature";
    b"KO" Simulator "issuing" "Card RSA key set and certificate";
    b"NY" Simulator "issuing" "IVCVC3 / static CVC3";
    b"OI" Simulator "as2805" "Generate zone key set";
    b"OK" Simulator "as2805" "Zone key set to LMK";
    b"OU" Simulator "as2805" "Update TMK1 (roll KEK1)";
    b"OW" Simulator "as2805" "Update TMKs (roll KEK1+2)";
    b"P2" Simulator "as2805" "Visa PVV";
    b"P4" Simulator "as2805" "Proof of host value";
    b"PI" Simulator "as2805" "Terminal key set";
    b"PK" Simulator "as2805" "PIN pad acquirer security number";
    b"PO" Simulator "as2805" "Verify/generate PVV and translate PIN";
    b"PQ" Simulator "as2805" "Generate MAC AS2805-1988";
    b"PS" Simulator "as2805" "Verify MAC AS2805-1988";
    b"PU" Simulator "as2805" "Encrypt data";
    b"PW" Simulator "as2805" "Decrypt data";
    b"PY" Simulator "as2805" "Verify and generate IBM offset";
    b"QI" Simulator "as2805" "PPASN old to new LMK";
    b"QM" Simulator "as2805" "Encrypt with derived privacy key";
    b"QO" Simulator "as2805" "Decrypt with derived privacy key";
    b"QQ" Simulator "as2805" "Verify PIN at issuer IBM";
    b"QS" Simulator "as2805" "Verify PIN at issuer Diebold";
    b"QU" Simulator "as2805" "Verify PIN at issuer Visa";
    b"QW" Simulator "as2805" "Verify PIN at issuer comparison";
    b"R2" Manual "e-purse" "Export e-purse card key set";
    b"RE" Simulator "as2805" "Verify transaction request, no PIN";
    b"RG" Simulator "as2805" "Verify transaction request with PIN (CD)";
    b"RI" Simulator "as2805" "Transaction request with PIN";
    b"RK" Simulator "as2805" "Transaction response / request without PIN";
    b"RM" Simulator "as2805" "Transaction response / admin request";
    b"RO" Simulator "as2805" "PIN PEK to ZPK / response from issuer";
    b"RQ" Simulator "as2805" "Verify completion / response";
    b"RS" Simulator "as2805" "Completion response / confirmation";
    b"RU" Simulator "as2805" "Auth para at issuer / request with PIN";
    b"RW" Simulator "as2805" "Initial terminal key / translate KEYVAL";
    b"SA" Simulator "device" "RSA PIN block to 3DES (simulator custom) / RSA key set (leachbj)";
    b"T0" Manual "e-purse" "Unlinked load request";
    b"T2" Manual "e-purse" "Release RLSAM";
    b"T4" Manual "e-purse" "Release R2LSAM";
    b"T6" Manual "e-purse" "Verify RCEP";
    b"U0" Manual "e-purse" "Decrypt R1, validate MACLSAM";
    b"U2" Manual "e-purse" "Compute HCEP";
    b"U4" Manual "e-purse" "Validate S1 MAC load/unload";
    b"U6" Manual "e-purse" "Validate S1 MAC currency exchange";
    b"U8" Manual "e-purse" "Generate S2 MAC";
    b"V0" Manual "e-purse" "S2 MAC currency exchange";
    b"V2" Manual "e-purse" "S2 MAC approved unlinked load";
    b"V4" Manual "e-purse" "Validate S3 MAC currency exchange";
    b"V6" Manual "e-purse" "Validate S3 MAC load/unload";
    b"V8" Manual "e-purse" "Validate H2LSAM";
    b"W0" Manual "e-purse" "Validate S6 MAC";
    b"W2" Manual "e-purse" "Validate S6' MAC";
    b"W4" Manual "e-purse" "Validate S6'' MAC";
    b"W6" Manual "e-purse" "Validate S5' DLT MAC";
    b"W8" Manual "e-purse" "Validate S5' ISS MAC";
    b"X0" Manual "e-purse" "Validate S4 MAC old terminals";
    b"X2" Manual "e-purse" "Validate S4 MAC new terminals";
    b"X4" Manual "e-purse" "Validate S5 MAC old terminals";
    b"X6" Manual "e-purse" "Validate S5' MAC new terminals";
    b"X8" Manual "e-purse" "Validate S5 variant MAC";
    b"XK" Manual "internet" "Verify internet PIN block + MAC";
    b"XM" Manual "internet" "Verify internet PIN block + MAC, return LMK PIN";
    b"XO" Manual "internet" "Verify MAC (internet)";
    b"XQ" Manual "internet" "Generate MAC (internet)";
    b"XS" Manual "internet" "Translate internet PIN block";
    b"XU" Manual "internet" "Decrypt data (internet)";
    b"XW" Manual "internet" "Encrypt data (internet)";
    b"Y0" Manual "e-purse" "Acknowledgement MAC old";
    b"Y2" Manual "e-purse" "Acknowledgement MAC new";
    b"Y4" Manual "e-purse" "Update MAC";
    b"Y6" Manual "e-purse" "Validate SADMIN MAC";
    b"Y8" Manual "e-purse" "Merchant acquirer MAC";
    b"Z0" Manual "e-purse" "Validate card issuer MAC";
};

/// Whether a code is one of the commands for transaction keys, of one scheme or the other. Source: manual.
pub(crate) const fn is_transaction_key_command([first, second]: [u8; 2]) -> bool {
    matches!(first, b'R' | b'H')
        && matches!(second, b'I' | b'K' | b'M' | b'O' | b'Q' | b'S' | b'U' | b'W')
}
