//! Values that verify a PIN without holding it: IBM 3624 offset and Visa PVV.

pub mod decimalisation;
pub mod ibm3624;
mod pvv;

pub use decimalisation::DecimalisationTable;
pub use ibm3624::{Offset, ValidationData};
pub use pvv::{pvv, verify_pvv};

/// Why a value for PIN verification cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A decimalisation table has not 16 decimal digits.
    #[error("decimalisation table is not 16 decimal digits")]
    Table,
    /// Validation data is neither 11 hexadecimal digits with one N nor 16 hexadecimal digits.
    #[error(
        "PIN validation data is neither 11 hexadecimal digits with one N nor 16 hexadecimal digits"
    )]
    ValidationData,
    /// An offset is not decimal digits with F behind them.
    #[error("offset is not up to 12 decimal digits with F behind them")]
    Offset,
}
