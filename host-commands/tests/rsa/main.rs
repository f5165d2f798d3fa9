//! RSA: what commands do with keys of every kind, and what they refuse.

#[path = "../device/device.rs"]
mod device;
mod keys;
mod refusals;
mod transport;

use appliance::{Authorisations, State};
use bytes::BytesMut;
use device::{Device, On};
use host_commands::LmkPort;

/// A key pair of a device.
#[derive(Clone)]
pub(crate) struct Pair {
    /// Public key, a DER sequence.
    public: Vec<u8>,
    /// Private key with its length, as fields have it.
    private: Vec<u8>,
}

impl Pair {
    /// Made by the device for a purpose.
    fn new(device: &Device, on: On, purpose: char, bits: usize) -> Self {
        let block = if on == On::Variant { "" } else { "#0000" };
        let request = format!("EI{purpose}{bits:04}01{block}");
        let reply = ask(device, on, request.as_bytes());
        let fields = reply.strip_prefix(b"EJ00").unwrap_or_else(|| panic!("{}", shown(&reply)));
        let length = crypto::rsa::PublicKey::der_length(fields).expect("a sequence");
        let (public, private) = fields.split_at(length);
        Self { public: public.to_vec(), private: private.to_vec() }
    }

    /// The private key, as it stands behind the flag that says where it is.
    fn place(&self) -> Vec<u8> {
        [b"99", &self.private[..]].concat()
    }

    /// The public key as the device knows it.
    fn known(&self, device: &Device, on: On) -> Vec<u8> {
        let block = if on == On::Variant { &b""[..] } else { b"~#N00N00" };
        let reply = ask(device, on, &[b"EO01", &self.public[..], block].concat());
        reply.strip_prefix(b"EP00").unwrap_or_else(|| panic!("{}", shown(&reply))).to_vec()
    }
}

/// The reply to a message.
pub(crate) fn ask(device: &Device, on: On, message: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    device.answer(LmkPort::Only(on as u8), message, &mut out);
    out.to_vec()
}

/// The error code that answers a message.
pub(crate) fn code(device: &Device, on: On, message: &[u8]) -> String {
    let reply = ask(device, on, message);
    String::from_utf8_lossy(&reply[2..4]).into_owned()
}

pub(crate) fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Data behind their length.
pub(crate) fn counted(data: &[u8]) -> Vec<u8> {
    [format!("{:04}", data.len()).as_bytes(), data].concat()
}

/// A device where nothing is authorised.
pub(crate) fn unauthorised(change: impl FnOnce(&mut State)) -> Device {
    Device::in_state(|state| {
        state.authorised = Authorisations::default();
        change(state);
    })
}
