//! Keys, PINs and decimalisation tables on their way from an old LMK to a new one.

mod device;
mod keys;
mod pins;
mod refusals;
