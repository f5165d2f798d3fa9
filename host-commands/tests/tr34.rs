//! TR-34: what `B8` refuses.

#[path = "device/device.rs"]
mod device;

use bytes::BytesMut;
use device::{Device, On, Purpose, sealed};
use host_commands::LmkPort;

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";
/// Issuer and serial number of a certificate.
const CREDENTIAL: &[u8] =
    b"\x30\x16\x30\x11\x31\x0F\x30\x0D\x06\x03\x55\x04\x03\x0C\x06\x54\x65\x73\x74\x43\x41\x02\x01\x05";

fn device() -> Device {
    Device::with(|_| {})
}

/// What stands behind the code of a reply, error code included.
fn ask(device: &Device, on: On, message: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    device.answer(LmkPort::Only(on as u8), message, &mut out);
    out[2..].to_vec()
}

/// The error code, in front of nothing if it is one.
fn code(device: &Device, on: On, message: &[u8]) -> String {
    let reply = ask(device, on, message);
    let (code, rest) = reply.split_at(2);
    assert!(code == b"00" || rest.is_empty(), "{}", reply.escape_ascii());
    code.escape_ascii().to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A request for a token, in pieces that tests replace.
#[derive(Clone)]
struct Sending {
    front: String,
    sender: Vec<u8>,
    envelope: &'static str,
    recipient: Vec<u8>,
    public: Vec<u8>,
    trust: &'static str,
    private: Vec<u8>,
    nonce: Vec<u8>,
    tail: &'static str,
}

impl Sending {
    fn message(&self) -> Vec<u8> {
        [
            b"B8",
            self.front.as_bytes(),
            &self.sender,
            self.envelope.as_bytes(),
            &self.recipient,
            &self.public,
            self.trust.as_bytes(),
            &self.private,
            &self.nonce,
            self.tail.as_bytes(),
        ]
        .concat()
    }
}

/// An RSA key pair of 1024 bits.
fn rsa(device: &Device, on: On, key_type: char) -> (Vec<u8>, Vec<u8>) {
    let tail = if on == On::Variant { "" } else { "#0000" };
    let reply = ask(device, on, format!("EI{key_type}102402{tail}").as_bytes());
    let length = 3 + usize::from(reply[4]);
    assert_eq!((&reply[..2], &reply[2..4]), (&b"00"[..], &b"\x30\x81"[..]));
    (reply[2..2 + length].to_vec(), [b"99", &reply[2 + length..]].concat())
}

const NONCE: &[u8] = b"01008\x01\x23\x45\x67\x89\xAB\xCD\xEF";

#[test]
fn tokens_refused() {
    let device = device();
    for on in [On::Variant, On::KeyBlock, On::AesKeyBlock] {
        let (public, private) = rsa(&device, on, '0');
        let (_, decrypting) = rsa(&device, on, '1');
        let front = |purpose: Purpose| {
            let key_type = if on == On::Variant { purpose.key_type } else { *b"FFF" };
            format!("0{}{}", key_type.escape_ascii(), sealed(on, purpose, CLEAR))
        };
        let kek = front(Purpose::new(*b"000", *b"K0"));
        let tail = if on == On::Variant { "&K1B00S00!B" } else { "&N!B" };
        let good = Sending {
            front: kek.clone(),
            sender: CREDENTIAL.to_vec(),
            envelope: "000001",
            recipient: CREDENTIAL.to_vec(),
            public: public.clone(),
            trust: "00",
            private: private.clone(),
            nonce: NONCE.to_vec(),
            tail,
        };
        let fronted = |front: &str| Sending { front: front.to_owned(), ..good.clone() };
        let from = |sender: &[u8]| Sending { sender: sender.to_vec(), ..good.clone() };
        let to = |recipient: &[u8]| Sending { recipient: recipient.to_vec(), ..good.clone() };
        let under = |public: &[u8]| Sending { public: public.to_vec(), ..good.clone() };
        let by = |private: &[u8]| Sending { private: private.to_vec(), ..good.clone() };
        let fresh = |nonce: &[u8]| Sending { nonce: nonce.to_vec(), ..good.clone() };
        let mut lying = CREDENTIAL.to_vec();
        lying[3] += 1;
        let mut all = vec![
            (good.clone(), "00"),
            (fresh(&[b"01010", &[7; 16][..]].concat()), "00"),
            (fronted(&format!("1{}", &kek[1..])), "E0"),
            (fronted("0"), "15"),
            (from(b"\x31\x00"), "81"),
            (from(b"\x30\x00"), "81"),
            (from(&lying), "81"),
            (from(&CREDENTIAL[..10]), "15"),
            (to(b"\x31\x00"), "81"),
            (to(b"\x30\x00"), "81"),
            (to(&lying), "81"),
            (Sending { envelope: "000002", ..good.clone() }, "15"),
            (under(b"\x30\x06\x02\x01\x0B\x02\x01\x03"), "04"),
            (under(b"\x02\x01\x0B"), "04"),
            (under(&[&public[..public.len() - 1], b"\x02"].concat()), "04"),
            (Sending { trust: "01", ..good.clone() }, "15"),
            (by(&decrypting), "03"),
            (by(b"00"), "12"),
            (fresh(b"01007\x01\x02\x03\x04\x05\x06\x07"), "80"),
            (fresh(&[b"01011", &[7; 17][..]].concat()), "80"),
            (fresh(b"010FF\x01\x02"), "80"),
            (fresh(b"01108\x01\x23\x45\x67\x89\xAB\xCD\xEF"), "15"),
        ];
        if on == On::Variant {
            let zpk = front(Purpose::new(*b"001", *b"P0"));
            all.extend([
                (Sending { tail: "", ..good.clone() }, "15"),
                (Sending { tail: "&K1B00E00", ..good.clone() }, "AA"),
                (Sending { tail: "&P0B00S00", ..good.clone() }, "A6"),
                (Sending { tail: "&K1G00S00", ..good.clone() }, "A8"),
                (Sending { tail: "&K1B00S00!F", ..good.clone() }, "BE"),
                (Sending { front: zpk, tail: "&P0B00N00", ..good.clone() }, "00"),
                (fronted(&kek.replace("0000U", "0ZZZU").replace("0000X", "0ZZZX")), "15"),
                (by(b"990008\x01\x02\x03\x04\x05\x06\x07\x08"), "49"),
                (by(b"990007\x01\x02\x03\x04\x05\x06\x07"), "78"),
            ]);
        } else {
            let with =
                |header: &str| format!("0FFF{}", device::sealed_block(on, header, "", CLEAR));
            all.extend([
                (Sending { tail: "", ..good.clone() }, "00"),
                (Sending { tail: "&S", ..good.clone() }, "AA"),
                (fronted(&with("00000K0TB00N0000")), "AA"),
                (fronted(&with("0000053TX00E0000")), "A6"),
                (by(b"99FFFFU"), "78"),
            ]);
            let reply = ask(&device, on, b"A00FFFS#K0A3B00E00");
            if on == On::AesKeyBlock {
                let key = text(&reply[2..reply.len() - 6]);
                all.push((fronted(&format!("0FFF{key}")), "BB"));
            }
        }
        for (sending, expected) in all {
            let message = sending.message();
            assert_eq!(code(&device, on, &message), expected, "{on:?} {}", message.escape_ascii());
        }
    }
}

#[test]
fn a_zmk_leaves_only_if_it_may() {
    let device = Device::in_state(|state| {
        state.authorised.cancel(appliance::Category::Export, "000");
    });
    let (public, private) = rsa(&device, On::Variant, '0');
    let message = Sending {
        front: format!("0000{}", sealed(On::Variant, Purpose::new(*b"000", *b"K0"), CLEAR)),
        sender: CREDENTIAL.to_vec(),
        envelope: "000001",
        recipient: CREDENTIAL.to_vec(),
        public,
        trust: "00",
        private,
        nonce: NONCE.to_vec(),
        tail: "&K1B00S00",
    };
    assert_eq!(code(&device, On::Variant, &message.message()), "17");
}
