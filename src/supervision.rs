//! What a pool and the process of one of its appliances say to each other: lines of JSON.
//!
//! The pool writes [`Say`] to standard input of the process, whose end is the order to stop. The process writes [`Status`] to
//! its standard output: one line once it is ready, one as the answer to whatever it is told, and one whenever something of
//! it has changed. A process that ends with status 0 although nobody told it to stop is released: the order to erase is
//! left in its folder, for the pool to prove and to settle.

use std::net::SocketAddr;

use appliance::{Licence, Packages, State};
use lease::Sku;
use serde::{Deserialize, Serialize};

/// What the pool says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Say {
    /// This is the licence from now on. Connections are kept. It is not taken while more LMKs are loaded.
    License(Sku),
    /// Erase all that is the tenant's, and end. What the request of the customer is called stays as evidence.
    Reclaim(String),
}

/// What an appliance says of itself, which is all that its pool gets to know of it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) struct Status {
    /// Where the host port of the default LMK listens.
    pub(crate) host: Option<SocketAddr>,
    /// The licence that it goes by, if it is one of the offer.
    pub(crate) licensed: Option<Sku>,
    /// LMKs that are loaded.
    pub(crate) lmks: u8,
    /// Whether both key cards are commissioned, so that its tenant is in control.
    pub(crate) commissioned: bool,
    /// Whether it was tampered with.
    pub(crate) tampered: bool,
}

impl Status {
    /// That of an appliance in this state, whose host port is there.
    pub(crate) fn new(state: &State, host: SocketAddr) -> Self {
        Self {
            host: Some(host),
            licensed: leased(&state.licence),
            lmks: u8::try_from(state.lmks.count()).unwrap_or(u8::MAX),
            commissioned: state.locks.left.card.is_some() && state.locks.right.card.is_some(),
            tampered: state.tamper.is_some(),
        }
    }
}

/// What stands before the request in an order of the provider.
const BY_PROVIDER: &str = "provider: ";

/// Who orders a release on this request, as the order says it.
pub(crate) fn by_provider(request: &str) -> String {
    format!("{BY_PROVIDER}{request}")
}

/// The request on which the provider ordered a release; none if he did not.
pub(crate) fn request_of(by: &str) -> Option<&str> {
    by.strip_prefix(BY_PROVIDER)
}

/// The licence that goes with a size of the offer.
pub(crate) fn licence(sku: Sku, packages: Packages) -> Licence {
    let Sku { lmks, calls_per_second } = sku;
    Licence { lmks, calls_per_second: Some(calls_per_second.into()), packages }
}

/// The size of the offer that a licence is for.
fn leased(licence: &Licence) -> Option<Sku> {
    Sku::all().find(|sku| self::licence(*sku, licence.packages) == *licence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_the_other_side_expects_them() {
        let sku: Sku = "payShield10K_LMK2_CPS250".parse().expect("it is offered");
        for (say, line) in [
            (Say::License(sku), r#"{"license":"payShield10K_LMK2_CPS250"}"#),
            (Say::Reclaim("REQ-7".to_owned()), r#"{"reclaim":"REQ-7"}"#),
        ] {
            assert_eq!(serde_json::to_string(&say).expect("it can be written"), line);
            assert_eq!(serde_json::from_str::<Say>(line).expect("it is one"), say);
        }
        let state = State { licence: licence(sku, Packages::ALL), ..State::development() };
        let status = Status::new(&state, SocketAddr::from(([127, 0, 0, 1], 1500)));
        let line = serde_json::to_string(&status).expect("it can be written");
        let expected = r#"{"host":"127.0.0.1:1500","licensed":"payShield10K_LMK2_CPS250","lmks":3,"commissioned":false,"tampered":false}"#;
        assert_eq!(line, expected);
        assert_eq!(serde_json::from_str::<Status>(&line).expect("it is one"), status);
    }

    #[test]
    fn a_licence_that_nobody_offers_has_no_size() {
        for sku in Sku::all() {
            assert_eq!(leased(&licence(sku, Packages::ALL)), Some(sku));
        }
        assert_eq!(leased(&Licence::default()), None);
        let odd = Licence { lmks: 2, calls_per_second: Some(61), ..Licence::default() };
        assert_eq!(leased(&odd), None);
    }
}
