//! Key types: the three-character codes that say where a key stands under a variant LMK and what may happen to it.

/// Whether a key type permits a function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Permission {
    /// Never: error 29.
    No,
    /// Always.
    Yes,
    /// While the activity is authorised: error 17 otherwise.
    Authorised,
}

/// How well a fact is known.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Evidence {
    /// Seen in traffic of a device.
    Device,
    /// Said by a manual, or by two independent public sources.
    Manual,
    /// Done so by a simulator.
    Simulator,
    /// Concluded.
    Inferred,
}

/// The two sets of key types.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeyTypes {
    /// TPK, TMK and PVK share type 002.
    #[default]
    Standard,
    /// Setting "Enforce key type 002 separation": TPK 70D, TMK 80D, TKR 90D, and 002 is for PVKs.
    Separated,
}

/// A key type.
#[derive(Debug, Eq, PartialEq)]
pub struct KeyType {
    /// Variant digit and pair code.
    pub code: [u8; 3],
    /// Short name.
    pub name: &'static str,
    /// Which of the 20 LMK pairs protects such keys: 0 for 00-01, 2 for 04-05.
    pub pair: u8,
    /// Variant of that pair, 0 to 9.
    pub variant: u8,
    /// Whether such keys may be generated.
    pub generate: Permission,
    /// Whether such keys may be exported.
    pub export: Permission,
    /// Whether such keys may be imported.
    pub import: Permission,
    /// Key usages of a key block that such keys go by. Inferred from the meaning of the codes.
    pub usages: &'static [[u8; 2]],
    /// How well code, pair and permissions are known.
    pub evidence: Evidence,
    set: Option<KeyTypes>,
}

impl KeyTypes {
    /// Key types of this set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = &'static KeyType> {
        TABLE.iter().filter(move |key_type| key_type.set.is_none_or(|set| set == self))
    }

    /// The key type of a code; none for `FFF`, which stands for a key block, and for unknown codes.
    pub fn find(self, code: [u8; 3]) -> Option<&'static KeyType> {
        let position = INDEX[self as usize][place(code)?].checked_sub(1)?;
        TABLE.get(usize::from(position))
    }

    /// The key type of a two-character code in BU and BW: a pair code (variant 0), `10` (100) or `42` (402).
    ///
    /// `FF` and `F2` point to another field and have none. Source: manual.
    pub fn find_by_pair_code(self, code: [u8; 2]) -> Option<&'static KeyType> {
        match &code {
            b"10" => self.find(*b"100"),
            b"42" => self.find(*b"402"),
            &[tens, ones] => self
                .find([b'0', tens, ones])
                .filter(|_| matches!(code, [b'0', b'0'..=b'9' | b'A' | b'B'])),
        }
    }
}

impl KeyType {
    /// The key type of a code in the standard set.
    pub fn find(code: [u8; 3]) -> Option<&'static Self> {
        KeyTypes::Standard.find(code)
    }

    /// Pair code: the last two characters.
    pub const fn pair_code(&self) -> [u8; 2] {
        [self.code[1], self.code[2]]
    }

    /// Numbers of the LMK pair, as in `04-05`.
    pub const fn pair_numbers(&self) -> [u8; 5] {
        let left = 2 * self.pair;
        let right = left + 1;
        [b'0' + left / 10, b'0' + left % 10, b'-', b'0' + right / 10, b'0' + right % 10]
    }

    /// The code as text.
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.code).unwrap_or_default()
    }
}

/// Positions in the table plus one, by set and by [`place`].
const INDEX: [[u8; 10 * 15]; 2] = {
    let mut index = [[0; 10 * 15]; 2];
    let mut at = 0;
    while at < TABLE.len() {
        let Some(place) = place(TABLE[at].code) else {
            panic!("a key type code is a digit and a pair code");
        };
        at += 1;
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 150 codes")]
        let position = at as u8;
        match TABLE[at - 1].set {
            Some(set) => index[set as usize][place] = position,
            None => index = [with(index[0], place, position), with(index[1], place, position)],
        }
    }
    index
};

const fn with(mut index: [u8; 10 * 15], place: usize, position: u8) -> [u8; 10 * 15] {
    index[place] = position;
    index
}

/// Where a code stands among all that there may be.
const fn place([variant, zero, pair]: [u8; 3]) -> Option<usize> {
    let pair = match pair {
        b'0'..=b'9' => pair - b'0',
        b'A'..=b'E' => pair - b'A' + 10,
        _ => return None,
    };
    match (variant, zero) {
        (b'0'..=b'9', b'0') => Some((variant - b'0') as usize * 15 + pair as usize),
        _ => None,
    }
}

/// Position of an LMK pair among the 20, by its pair code. Source: manual.
const fn pair_of(code: [u8; 3]) -> u8 {
    match [code[1], code[2]] {
        [b'0', b'0'] => 2,
        [b'0', b'1'] => 3,
        [b'0', digit @ b'2'..=b'9'] => digit - b'0' + 5,
        [b'0', letter @ b'A'..=b'E'] => letter - b'A' + 15,
        _ => panic!("a pair code is 00 to 0E"),
    }
}

macro_rules! key_types {
    ($($code:literal $name:literal $generate:ident $export:ident $import:ident [$($usage:literal)*] $evidence:ident $($set:ident)?;)*) => {
        /// Every key type of both sets.
        ///
        /// Codes and names: two independent public lists, and for the types in daily use the manual. Permissions: one
        /// simulator and the authorisation lists of the manual. `Inferred` rows are known by code and name only; they
        /// get the permissions of their neighbours.
        pub const TABLE: &[KeyType] = &[$(KeyType {
            code: *$code,
            name: $name,
            pair: pair_of(*$code),
            variant: $code[0] - b'0',
            generate: Permission::$generate,
            export: Permission::$export,
            import: Permission::$import,
            usages: &[$(*$usage),*],
            evidence: Evidence::$evidence,
            set: key_types!(@ $($set)?),
        }),*];
    };
    (@) => { None };
    (@ $set:ident) => { Some(KeyTypes::$set) };
}

key_types! {
    b"000" "ZMK" Authorised No No [b"K0" b"K1" b"52"] Manual;
    b"100" "ZMK component" Yes Authorised Yes [b"K0" b"52"] Manual;
    b"200" "KML" Yes Authorised Yes [b"31"] Manual;
    b"300" "KEKr" Yes Authorised Yes [b"K0"] Inferred;
    b"400" "KEKs" Yes Authorised Yes [b"K0"] Inferred;
    b"001" "ZPK" Yes Authorised Yes [b"P0" b"72"] Manual;
    b"002" "TMK, TPK or PVK" Yes Authorised Yes [b"K0" b"51" b"P0" b"71" b"V0" b"V1" b"V2"] Manual Standard;
    b"002" "PVK" Yes Authorised Yes [b"V0" b"V1" b"V2"] Manual Separated;
    b"102" "TMK1" Yes Authorised Yes [b"51"] Inferred;
    b"202" "TMK2" Yes Authorised Yes [b"51"] Inferred;
    b"302" "IKEY" No Authorised No [b"B1"] Manual;
    b"402" "CVK or CSCK" Yes Authorised Yes [b"C0" b"11" b"12" b"13"] Manual;
    b"602" "KIA" Yes Authorised Yes [b"K0"] Inferred;
    b"003" "TAK" Yes Authorised Yes [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"] Manual;
    b"103" "TAKs or TAKr" Yes Authorised Yes [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"] Inferred;
    b"004" "key under LMK 18-19" No No No [] Manual;
    b"005" "key under LMK 20-21" No No No [] Manual;
    b"105" "KML" Yes Authorised Yes [b"31"] Simulator;
    b"205" "KMX" Yes Authorised Yes [] Simulator;
    b"305" "KMP" Yes Authorised Yes [] Simulator;
    b"405" "KIS.5" Yes Authorised Yes [] Simulator;
    b"505" "KM3L" Yes Authorised Yes [] Simulator;
    b"605" "KM3X" Yes Authorised Yes [] Simulator;
    b"705" "KMACS4" Yes Authorised Yes [] Simulator;
    b"805" "KMACS5" Yes Authorised Yes [] Simulator;
    b"905" "KMACACQ" Yes Authorised Yes [] Simulator;
    b"006" "WWK" Yes Authorised Yes [b"01"] Manual;
    b"106" "KMACUPD" Yes Authorised Yes [] Simulator;
    b"206" "KMACMA" Yes Authorised Yes [] Simulator;
    b"306" "KMACCI" Yes Authorised Yes [] Simulator;
    b"406" "KMSC" Yes Authorised Yes [] Simulator;
    b"506" "BKEM" Yes Authorised Yes [] Simulator;
    b"606" "BKAM" Yes Authorised Yes [] Simulator;
    b"706" "audit record MAC key" No No No [] Manual;
    b"007" "key under LMK 24-25" No No No [] Manual;
    b"107" "KEK" Yes Authorised Yes [b"54"] Manual;
    b"207" "KMC" Yes Authorised Yes [b"E7"] Manual;
    b"307" "SK-ENC" Yes Authorised No [b"47"] Manual;
    b"407" "SK-MAC" Yes Authorised No [b"48"] Manual;
    b"507" "SK-DEK or KDPERSO" Yes Authorised No [b"49"] Manual;
    b"607" "ZKA master key" Yes Authorised No [b"53"] Manual;
    b"807" "MK-KE" Yes Authorised No [] Manual;
    b"907" "MK-AS" Yes Authorised No [] Manual;
    b"008" "ZAK" Yes Authorised Yes [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"] Manual;
    b"108" "ZAKs" Yes Authorised Yes [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"] Inferred;
    b"208" "ZAKr" Yes Authorised Yes [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6"] Inferred;
    b"009" "BDK-1" Yes Authorised Yes [b"B0"] Manual;
    b"109" "MK-AC" Yes Authorised Yes [b"E0"] Manual;
    b"209" "MK-SMI" Yes Authorised Yes [b"E2"] Manual;
    b"309" "MK-SMC" Yes Authorised Yes [b"E1"] Manual;
    b"409" "MK-DAC" Yes Authorised Yes [b"E3"] Manual;
    b"509" "MK-DN" Yes Authorised Yes [b"E4"] Manual;
    b"609" "BDK-2" Yes Authorised Yes [b"41"] Manual;
    b"709" "MK-CVC3" Yes Authorised Yes [b"32"] Manual;
    b"809" "BDK-3" Yes Authorised Yes [b"42"] Manual;
    b"909" "BDK-4" Yes Authorised Yes [b"43"] Manual;
    b"00A" "ZEK" Yes Authorised Yes [b"D0" b"22"] Manual;
    b"10A" "ZEKs" Yes Authorised Yes [b"D0" b"22"] Inferred;
    b"20A" "ZEKr" Yes Authorised Yes [b"D0" b"22"] Inferred;
    b"00B" "DEK" Yes No No [b"D0" b"21"] Manual;
    b"10B" "TEKr" Yes Authorised Yes [b"D0" b"23"] Inferred;
    b"30B" "TEK" Yes Authorised Yes [b"D0" b"23"] Manual;
    b"00C" "RSA private key" Yes Authorised Yes [b"03" b"04" b"05" b"06"] Manual;
    b"10C" "HMAC key" Yes Authorised Yes [b"61" b"62" b"63" b"64" b"65"] Manual;
    b"00D" "RSA public key" No No Yes [b"02"] Manual;
    b"30D" "key under LMK 36-37 variant 3" Yes Authorised Yes [] Inferred;
    b"40D" "key under LMK 36-37 variant 4" Yes Authorised Yes [] Inferred;
    b"50D" "key under LMK 36-37 variant 5" Yes Authorised Yes [] Inferred;
    b"70D" "TPK" Yes Authorised Yes [b"P0" b"71"] Manual Separated;
    b"80D" "TMK" Yes Authorised Yes [b"K0" b"51"] Manual Separated;
    b"90D" "TKR" Yes Authorised Yes [b"73"] Manual Separated;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_in_each_set() {
        for types in [KeyTypes::Standard, KeyTypes::Separated] {
            for key_type in types.iter() {
                assert_eq!(types.iter().filter(|other| other.code == key_type.code).count(), 1);
                assert_eq!(types.find(key_type.code), Some(key_type));
            }
        }
    }

    /// LMK pairs as the manual lists them with their key types.
    #[test]
    fn pairs_and_variants_follow_the_code() {
        for (code, numbers, variant) in [
            (b"000", b"04-05", 0),
            (b"100", b"04-05", 1),
            (b"001", b"06-07", 0),
            (b"002", b"14-15", 0),
            (b"402", b"14-15", 4),
            (b"003", b"16-17", 0),
            (b"105", b"20-21", 1),
            (b"006", b"22-23", 0),
            (b"207", b"24-25", 2),
            (b"008", b"26-27", 0),
            (b"709", b"28-29", 7),
            (b"00A", b"30-31", 0),
            (b"30B", b"32-33", 3),
            (b"10C", b"34-35", 1),
            (b"80D", b"36-37", 8),
        ] {
            let key_type = KeyTypes::Separated.find(*code).expect("in the table");
            assert_eq!((&key_type.pair_numbers(), key_type.variant), (numbers, variant));
        }
    }

    #[test]
    fn separation_moves_tpk_and_tmk() {
        assert_eq!(KeyTypes::Standard.find(*b"70D"), None);
        assert_eq!(KeyTypes::Separated.find(*b"70D").map(|found| found.name), Some("TPK"));
        assert_eq!(KeyTypes::Separated.find(*b"002").map(|found| found.name), Some("PVK"));
        assert_eq!(KeyType::find(*b"002").map(|found| found.name), Some("TMK, TPK or PVK"));
        assert_eq!(KeyType::find(*b"FFF"), None);
    }

    #[test]
    fn two_character_codes_stand_for_pairs() {
        let code = |code| KeyTypes::Standard.find_by_pair_code(code).map(KeyType::code);
        assert_eq!(code(*b"00"), Some("000"));
        assert_eq!(code(*b"07"), Some("007"));
        assert_eq!(code(*b"0B"), Some("00B"));
        assert_eq!(code(*b"10"), Some("100"));
        assert_eq!(code(*b"42"), Some("402"));
        for other in [b"FF", b"F2", b"0C", b"11", b"20"] {
            assert_eq!(code(*other), None);
        }
    }
}
