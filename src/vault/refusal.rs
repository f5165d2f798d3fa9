//! Why a key is not opened, sealed or used.

/// Why a key is not opened, sealed or used, each with the error code that a host gets.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// A DES key without odd parity: wrong LMK, key type or scheme. The field says whether this is 10 or 11.
    #[error("key does not have odd parity: check LMK, key type and scheme")]
    Parity,
    /// A key of zeros. The field says whether this is 10 or 11.
    #[error("key consists of zeros")]
    Zero,
    /// 15: not hexadecimal, or not as long as its scheme says.
    #[error("key is malformed: digits 0-9 and A-F, as many as the scheme needs")]
    Input,
    /// 26: the scheme does not go with this key or this place.
    #[error("key scheme does not fit the key")]
    Scheme,
    /// 27: the key is too short or too long for what it is to do.
    #[error("length of the key does not fit its purpose")]
    Length,
    /// 28: no such key type, or none given where one is needed.
    #[error("key type is not known here")]
    Type,
    /// 29: the key type does not permit this.
    #[error("key type does not permit this function")]
    Function,
    /// 48: an AES or HMAC key does not go under a triple-DES LMK.
    #[error("key needs a stronger LMK")]
    StrongerLmk,
    /// 75: a single-length key posing as a longer one.
    #[error("single-length key masquerades as double or triple length")]
    Masquerading,
    /// 83: the form of a key block.
    #[error("key block is malformed")]
    Format,
    /// A1: a key block under a variant LMK, or the reverse.
    #[error("key and LMK are of different schemes")]
    LmkSchemes,
    /// A2: the key block names another LMK than the command.
    #[error("key block belongs to another LMK")]
    LmkIdentifiers,
    /// A4: the authenticator of a key block is wrong.
    #[error("key block fails authentication")]
    Authentication,
    /// A5: length of the key in a key block.
    #[error("length of the key does not fit its key block")]
    KeyLength,
    /// A6: key usage.
    #[error("key usage does not fit")]
    Usage,
    /// A7: algorithm.
    #[error("algorithm does not fit")]
    Algorithm,
    /// A8: mode of use.
    #[error("mode of use does not fit")]
    Mode,
    /// A9: key version number.
    #[error("key version number does not fit")]
    Version,
    /// AA: exportability.
    #[error("exportability does not fit")]
    Exportability,
    /// AB: number of optional blocks.
    #[error("number of optional blocks does not fit")]
    OptionalCount,
    /// AC: header of an optional block.
    #[error("header of an optional block is malformed")]
    OptionalHeader,
    /// AD: the status of the key, or what says it.
    #[error("status of the key does not permit its use")]
    KeyStatus,
    /// AE: the key is not valid yet, or its start is malformed.
    #[error("key is not valid yet")]
    StartDate,
    /// AF: the key is not valid any more, or its end is malformed.
    #[error("key is not valid any more")]
    EndDate,
    /// B0: a block that names the mode of encryption, which the version does.
    #[error("mode of encryption of the key block does not fit")]
    EncryptionMode,
    /// B1: a block that names the mode of authentication, which the version does.
    #[error("mode of authentication of the key block does not fit")]
    AuthenticationMode,
    /// B4: content of an optional block.
    #[error("content of an optional block does not fit")]
    OptionalData,
    /// B5: components of different kinds.
    #[error("components do not belong together")]
    Components,
    /// B6: components of different status.
    #[error("components differ in their status")]
    ComponentStatus,
    /// B8: what a header says is not what the caller thinks.
    #[error("the key block does not say what is to be changed")]
    OldValue,
    /// B9: a header would not say less than before, or nothing that it may say.
    #[error("the key block may not say this instead")]
    NewValue,
    /// BA: there is no status to be changed.
    #[error("the key block says nothing of a status")]
    NoStatus,
    /// BB: the wrapping key.
    #[error("wrapping key does not fit the key block")]
    WrappingKey,
    /// BC: an optional block twice.
    #[error("optional block is repeated")]
    OptionalRepeated,
    /// BE: version of a key block.
    #[error("key block version is not known here")]
    HeaderIdentifier,
}

impl Refusal {
    /// The error code of the host protocol; none where the field decides.
    ///
    /// Source: error lists of the payShield 9000 and 10K manuals.
    pub const fn code(self) -> Option<[u8; 2]> {
        Some(*match self {
            Self::Parity | Self::Zero => return None,
            Self::Input => b"15",
            Self::Scheme => b"26",
            Self::Length => b"27",
            Self::Type => b"28",
            Self::Function => b"29",
            Self::StrongerLmk => b"48",
            Self::Masquerading => b"75",
            Self::Format => b"83",
            Self::LmkSchemes => b"A1",
            Self::LmkIdentifiers => b"A2",
            Self::Authentication => b"A4",
            Self::KeyLength => b"A5",
            Self::Usage => b"A6",
            Self::Algorithm => b"A7",
            Self::Mode => b"A8",
            Self::Version => b"A9",
            Self::Exportability => b"AA",
            Self::OptionalCount => b"AB",
            Self::OptionalHeader => b"AC",
            Self::KeyStatus => b"AD",
            Self::StartDate => b"AE",
            Self::EndDate => b"AF",
            Self::EncryptionMode => b"B0",
            Self::AuthenticationMode => b"B1",
            Self::OptionalData => b"B4",
            Self::Components => b"B5",
            Self::ComponentStatus => b"B6",
            Self::OldValue => b"B8",
            Self::NewValue => b"B9",
            Self::NoStatus => b"BA",
            Self::WrappingKey => b"BB",
            Self::OptionalRepeated => b"BC",
            Self::HeaderIdentifier => b"BE",
        })
    }
}
