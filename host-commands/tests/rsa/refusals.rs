//! What commands about signatures, certificates and keys refuse.

use crate::keys::{check_value, export};
use crate::{Device, On, Pair, ask, code, counted, shown};

const MESSAGE: &[u8] = b"a;b\x19c%00";

/// A message of parts, and what answers it.
type Row<'r> = (&'r [&'r [u8]], &'r str);

fn check(device: &Device, on: On, rows: &[Row<'_>]) {
    for (parts, right) in rows {
        let message = parts.concat();
        assert_eq!(code(device, on, &message), *right, "{}", shown(&message));
    }
}

#[test]
fn signing() {
    let (device, on) = (Device::with(|_| ()), On::Variant);
    let (pair, tiny) = (Pair::new(&device, on, '0', 512), Pair::new(&device, on, '0', 320));
    let (place, data) = (pair.place(), counted(MESSAGE));
    let information =
        b"0021\x30\x1F\x30\x07\x06\x05\x2B\x0E\x03\x02\x1A\x04\x1412345678901234567890";
    let mut damaged = place.clone();
    damaged[50] ^= 1;
    let lied = |length: &str| [b"99", length.as_bytes(), &place[6..]].concat();
    let hashes: Vec<_> = (1..9).map(|hash| format!("EW{hash:02}0101")).collect();
    for hash in hashes.iter().filter(|hash| !hash.starts_with("EW04")) {
        let fits = !matches!(&hash[2..4], "07" | "08");
        let right = if fits { "00" } else { "76" };
        check(&device, on, &[(&[hash.as_bytes(), &data, b";", &place], right)]);
    }
    check(
        &device,
        on,
        &[
            (&[b"EW050104", &data, b";", &place], "00"),
            (&[b"EW060104", &data, b";", &place], "76"),
            (&[b"EW01010201010005", b";"], "87"),
            (&[b"EW0101020101007;", &data, b";", &place], "87"),
            (&[b"EW0101020201", b"00;", &data, b";", &place], "85"),
            (&[b"EW0101020109", b"00;", &data, b";", &place], "86"),
            (&[b"EW010102010100;", &data, b";", &place], "76"),
            (&[b"EW000101", &data, b";", &place], "05"),
            (&[b"EW090101", &data, b";", &place], "05"),
            (&[b"EW060301", &data, b";", &place], "06"),
            (&[b"EW060103", &data, b";", &place], "07"),
            (&[b"EW040101", &data, b";", &place], "74"),
            (&[b"EW040101", information, b";", &place], "15"),
            (&[b"EW040101", &counted(&information[4..]), b";", &place], "00"),
            (&[b"EW040101", &counted(&information[4..36]), b";", &place], "74"),
            (&[b"EW040104", &counted(&information[4..]), b";", &place], "05"),
            (&[b"EW060101", &data, &place], "15"),
            (&[b"EW060101", b"9999", MESSAGE, b";", &place], "80"),
            (&[b"EW060101", b"0007", MESSAGE, b";", &place], "15"),
            (&[b"EW060101", &data, b";99"], "15"),
            (&[b"EW060101", &data, b";9"], "15"),
            (&[b"EW060101", &data, b";", &damaged], "49"),
            (&[b"EW060101", &data, b";", &lied("0184")], "78"),
            (&[b"EW060101", &data, b";", &lied("0168")], "15"),
            (&[b"EW060101", &data, b";990000"], "78"),
            (&[b"EW060101", &data, b";990008ABCDEFGH"], "49"),
            (&[b"EW060101", &data, b";990007ABCDEFG"], "78"),
            (&[b"EW060101", &data, b";99FFFFS0003203RN00N0000;%000000ABCDEF01"], "A1"),
            (&[b"EW060101", &data, b";", &place, b"0"], "15"),
            (&[b"EW060101", &data, b";", &place, b"%00"], "00"),
            (&[b"EW060101", &data, b";", &place, b"%01"], "13"),
            (&[b"EW060101", &data, b";", &place, b"\x19TRAILER"], "00"),
            (&[b"EW010101", &data, b";", &tiny.place()], "76"),
            (&[b"EW020101", &data, b";", &tiny.place()], "76"),
        ],
    );
}

#[test]
fn verifying() {
    let (device, on) = (Device::with(|_| ()), On::Variant);
    let pair = Pair::new(&device, on, '2', 768);
    let (known, data) = (pair.known(&device, on), counted(MESSAGE));
    let sign = |method: &[u8]| {
        let reply = ask(&device, on, &[b"EW", method, &data, b";", &pair.place()].concat());
        reply.strip_prefix(b"EX00").unwrap_or_else(|| panic!("{}", shown(&reply))).to_vec()
    };
    let (signature, pss, md5) = (sign(b"060101"), sign(b"050104"), sign(b"020101"));
    let oaep = sign(b"020102010103A;B;");
    let mut wrong = signature.clone();
    wrong[40] ^= 1;
    let mut forged = known.clone();
    forged[0] ^= 1;
    let short = counted(&signature[5..]);
    check(
        &device,
        on,
        &[
            (&[b"EY060101", &signature, b";", &data, b";", &known], "00"),
            (&[b"EY050104", &pss, b";", &data, b";", &known], "00"),
            (&[b"EY020101", &md5, b";", &data, b";", &known], "00"),
            (&[b"EY020102010103A;B;", &oaep, b";", &data, b";", &known], "00"),
            (&[b"EY020102010103A;C;", &oaep, b";", &data, b";", &known], "02"),
            (&[b"EY020101", &oaep, b";", &data, b";", &known], "02"),
            (&[b"EY010101", &signature, b";", &data, b";", &known], "02"),
            (&[b"EY070104", &signature, b";", &data, b";", &known], "76"),
            (&[b"EY050104", &signature, b";", &data, b";", &known], "02"),
            (&[b"EY060101", &wrong, b";", &data, b";", &known], "02"),
            (&[b"EY060101", &counted(&[0xFF; 96]), b";", &data, b";", &known], "02"),
            (&[b"EY060101", &short, b";", &data, b";", &known], "76"),
            (&[b"EY060101", b"0000;", &data, b";", &known], "76"),
            (&[b"EY060101", &signature, b";", &data, b";", &forged], "01"),
            (&[b"EY060101", &signature, b";", &data, b";", &known, b"DATA"], "01"),
            (&[b"EY060101", &signature, b";", &data, b";", &known[..40]], "15"),
            (&[b"EY060101", &signature, b";", &data, b";", b"MAC.PUBLIC KEY"], "04"),
            (&[b"EY060101", &signature, &data, b";", &known], "15"),
            (&[b"EY060101", b"0600", &signature[4..], b";", &data, b";", &known], "80"),
            (&[b"EY000101", &signature, b";", &data, b";", &known], "05"),
            (&[b"EY060301", &signature, b";", &data, b";", &known], "06"),
            (&[b"EY060103", &signature, b";", &data, b";", &known], "07"),
            (&[b"EY040101", &signature, b";", &data, b";", &known], "74"),
        ],
    );
}

/// Truncated at every byte, a sequence is no public key, or what follows is taken for it.
#[test]
fn public_keys_in_pieces() {
    let (device, on) = (Device::with(|_| ()), On::Variant);
    let pair = Pair::new(&device, on, '0', 512);
    let known = pair.known(&device, on);
    for length in 0..pair.public.len() {
        let part = [b"EO01", &pair.public[..length]].concat();
        assert_eq!(code(&device, on, &part), "15", "{length}");
        let part = [b"EQ", &known[..length]].concat();
        assert!(matches!(&*code(&device, on, &part), "15" | "04"), "{length}");
    }
    for position in 0..pair.public.len() {
        let mut wrong = known.clone();
        wrong[4 + position] ^= 0x80;
        let reply = code(&device, on, &[b"EQ", &wrong[..]].concat());
        assert!(matches!(&*reply, "01" | "04" | "15"), "{position}: {reply}");
    }
    check(
        &device,
        on,
        &[
            (&[b"EQ", &known], "00"),
            (&[b"EQ", &known, b"%00"], "00"),
            (&[b"EQ", &known, b"DATA"], "01"),
            (&[b"EO01", &pair.public, b";"], "15"),
            (&[b"EO01", &pair.public, b"~#N00N00"], "15"),
            (&[b"EO02", &pair.public], "04"),
            (&[b"EO04", &pair.public], "03"),
            (&[b"EO01\x30\x80\x02\x01\x05\x02\x01\x03\0\0"], "04"),
            (&[b"EO01\x30\x06\x02\x01\x05\x02\x01\x03"], "04"),
            (&[b"EO01\x30\x84\0\0\0\x06\x02\x01\x05\x02\x01\x03"], "04"),
            (&[b"EO01\x04\x06\x02\x01\x05\x02\x01\x03"], "04"),
            (&[b"EO01\x30\x84\xFF\xFF\xFF\xFF\x02\x01\x05\x02\x01\x03"], "04"),
            (&[b"EO01\x30\x82\x7F\xFF\x02\x01\x05\x02\x01\x03"], "15"),
        ],
    );
    check(
        &device,
        On::KeyBlock,
        &[
            (&[b"EO01", &pair.public], "15"),
            (&[b"EO01", &pair.public, b"~#X00N00"], "A8"),
            (&[b"EO01", &pair.public, b"~#N00X00"], "AA"),
            (&[b"EO01", &pair.public, b"~#NXXN00"], "A9"),
            (&[b"EO01", &pair.public, b"~#N00N01"], "15"),
            (&[b"EQ", &known], "A1"),
        ],
    );
}

#[test]
fn loading() {
    let device = Device::with(|_| ());
    for on in [On::Variant, On::KeyBlock] {
        let pair = Pair::new(&device, on, '1', 512);
        let private = &pair.private[..];
        let mut damaged = private.to_vec();
        damaged[60] ^= 1;
        let authentic = if on == On::Variant { "49" } else { "A4" };
        check(
            &device,
            on,
            &[
                (&[b"EK00", private], "00"),
                (&[b"EK20", private], "00"),
                (&[b"EK21", private], "03"),
                (&[b"EK99", private], "03"),
                (&[b"EK0", private], if on == On::Variant { "78" } else { "15" }),
                (&[b"EK00", &damaged], authentic),
                (&[b"EK00", &private[..40]], if on == On::Variant { "78" } else { "15" }),
                (&[b"EK000000"], if on == On::Variant { "78" } else { "A1" }),
                (&[b"EK00"], "15"),
                (&[b"EK00", private, b"0"], "15"),
            ],
        );
    }
    let pair = Pair::new(&device, On::KeyBlock, '1', 512);
    check(&device, On::AesKeyBlock, &[(&[b"EK00", &pair.private], "A2")]);
    check(&device, On::Variant, &[(&[b"EK00", &pair.private], "A1")]);
    let zpk = device.key_of(On::KeyBlock, "A00FFFS#P0T2N00S00");
    check(&device, On::KeyBlock, &[(&[b"EK00FFFF", zpk.as_bytes()], "A6")]);
}

#[test]
fn certificates() {
    let (device, on) = (Device::with(|_| ()), On::Variant);
    let (root, leaf) = (Pair::new(&device, on, '0', 512), Pair::new(&device, on, '1', 512));
    let (known, size) = (root.known(&device, on), leaf.public.len());
    let body = [b"front;\x19", &leaf.public[..], b"back"].concat();
    let message = [b"EW060101", &counted(&body)[..], b";", &root.place()].concat();
    let signature = ask(&device, on, &message)[8..].to_vec();
    let certificate = [&body[..], &signature].concat();
    let (all, signed) = (certificate.len(), body.len());
    let head = format!("{all:04}0000{signed:04}{signed:04}0064");
    let of = |head: &str, tail: &str| {
        let parts = [b"ES", &known[..], b";", head.as_bytes(), &certificate, b";", tail.as_bytes()];
        parts.concat()
    };
    let tail = format!("060101010007{size:04}");
    let right = of(&head, &tail);
    let reply = ask(&device, on, &right);
    assert_eq!(shown(&reply), shown(&[b"ET00", &leaf.known(&device, on)[..]].concat()));
    let mut forged = right.clone();
    forged[2] ^= 1;
    check(
        &device,
        on,
        &[
            (&[&right, b";", &leaf.place()], "00"),
            (&[&right, b"DATA;", &leaf.place()], "00"),
            (&[&right, b";", &root.place()], "09"),
            (&[&right, b";00"], "12"),
            (&[&right, b"~#N00N00"], "15"),
            (&[&forged], "01"),
            (&[&of(&head, &tail.replacen("06", "00", 1))], "05"),
            (&[&of(&head, &tail.replacen("0601", "0603", 1))], "06"),
            (&[&of(&head, &tail.replacen("060101", "060103", 1))], "07"),
            (&[&of(&head, &tail.replacen("06010101", "06010104", 1))], "03"),
            (&[&of(&head, &tail.replacen("06010101", "06010103", 1))], "04"),
            (&[&of(&head, &tail.replacen("06010101", "06010102", 1))], "04"),
            (&[&of(&head, &tail.replacen("060101", "010101", 1))], "02"),
            (&[&of(&head, &format!("060101010008{size:04}"))], "04"),
            (&[&of(&head, &format!("060101010007{:04}", size - 1))], "04"),
            (&[&of(&head, &format!("060101010007{:04}", size + 1))], "04"),
            (&[&of(&head, "0601010100079999")], "80"),
            (&[&of(&head, "0601010199990001")], "80"),
            (&[&of(&format!("{all:04}0001{signed:04}{signed:04}0064"), &tail)], "02"),
            (&[&of(&format!("{all:04}0000{signed:04}{signed:04}0063"), &tail)], "76"),
            (&[&of(&format!("{all:04}0000{signed:04}{signed:04}0065"), &tail)], "80"),
            (&[&of(&format!("{all:04}0000{signed:04}99990064"), &tail)], "80"),
            (&[&of(&format!("{:04}0000{signed:04}{signed:04}0064", all - 1), &tail)], "15"),
            (&[&of(&format!("99990000{signed:04}{signed:04}0064"), &tail)], "15"),
        ],
    );
    let block = On::KeyBlock;
    let reply = ask(
        &device,
        block,
        &[
            b"ES",
            &root.known(&device, block)[..],
            b";",
            head.as_bytes(),
            &certificate,
            b";",
            tail.as_bytes(),
            b"~#N00N00",
        ]
        .concat(),
    );
    let known = reply.strip_prefix(b"ET00").unwrap_or_else(|| panic!("{}", shown(&reply)));
    check(&device, block, &[(&[b"EQ", known], "00")]);
}

#[test]
fn requests_for_certificates() {
    for on in [On::Variant, On::KeyBlock, On::AesKeyBlock] {
        let device = Device::with(|_| ());
        let pair = Pair::new(&device, on, '0', 512);
        let other = Pair::new(&device, on, '0', 512);
        let decrypts = Pair::new(&device, on, '1', 512);
        let (public, private) = (&pair.public[..], &pair.private[..]);
        let names = b"CN;OU;O;L;ST;US;";
        let bare = private.strip_prefix(b"FFFF").unwrap_or(private);
        check(
            &device,
            on,
            &[
                (&[b"QE000101", public, private, b"01061", names], "00"),
                (&[b"QE000101", public, bare, b"01061", names], "00"),
                (&[b"QE000101", public, private, b"01060", names], "00"),
                (&[b"QE000101", public, private, b"01061;;;;;DE;"], "00"),
                (&[b"QE000101", public, private, b"01061\xC3\xA4;;;;;;"], "00"),
                (&[b"QE000101", public, private, b"01011", names, b"\x19TRAILER"], "00"),
                (&[b"QE010101", public, private, b"01061", names], "15"),
                (&[b"QE000201", public, private, b"061", names], "03"),
                (&[b"QE000301", public, private, b"01061", names], "06"),
                (&[b"QE000103", public, private, b"01061", names], "03"),
                (&[b"QE000102", public, private, b"01061", names], "04"),
                (&[b"QE000101", &public[1..], private, b"01061", names], "04"),
                (&[b"QE000101", public, private, b"02061", names], "07"),
                (&[b"QE000101", public, private, b"01091", names], "05"),
                (&[b"QE000101", public, private, b"01041", names], "05"),
                (&[b"QE000101", public, private, b"01031", names], "05"),
                (&[b"QE000101", public, private, b"01081", names], "76"),
                (&[b"QE000101", public, private, b"01062", names], "15"),
                (&[b"QE000101", public, private, b"01061CN;OU;O;L;ST;"], "15"),
                (&[b"QE000101", public, private, b"01061CN;OU;O;L;ST;USA;"], "15"),
                (&[b"QE000101", public, private, b"01061CN;OU;O;L;ST;4!;"], "15"),
                (&[b"QE000101", public, private, b"01061;;;;;;"], "15"),
                (&[b"QE000101", public, private, b"01061\xFF;;;;;;"], "15"),
                (&[b"QE000101", public, private, b"01061", names, b"0"], "15"),
                (&[b"QE000101", &other.public, private, b"01061", names], "09"),
                (&[b"QE000101", &decrypts.public, &decrypts.private, b"01061", names], "03"),
            ],
        );
    }
}

/// Under a key-block LMK a key block of one kind does not stand for another.
#[test]
fn key_blocks_of_other_kinds() {
    let (device, on) = (Device::with(|_| ()), On::KeyBlock);
    let (pair, tiny) = (Pair::new(&device, on, '2', 512), Pair::new(&device, on, '2', 320));
    let known = pair.known(&device, on);
    let key = device.key_of(on, "A00FFFS#P0T2N00S00");
    let check_value = check_value(&device, on, &key);
    let private = pair.private.strip_prefix(b"FFFF").expect("a key block");
    let tiny_known = tiny.known(&device, on);
    let of_mode = |mode: &str| {
        let message = [b"EO01", &pair.public[..], b"~#", mode.as_bytes(), b"00N00"].concat();
        ask(&device, on, &message)[4..].to_vec()
    };
    let (encrypts, verifies) = (of_mode("E"), of_mode("V"));
    let signed = [b"EW060101", &counted(MESSAGE)[..], b";", &pair.place()].concat();
    let signature = ask(&device, on, &signed)[4..].to_vec();
    let verify = [b"EY060101", &signature[..], b";", &counted(MESSAGE), b";"].concat();
    check(
        &device,
        on,
        &[
            (&[&export(on, &key, &check_value, &known)], "00"),
            (&[&export(on, &key, &check_value, private)], "A6"),
            (&[&export(on, &key, &check_value, &tiny_known)], "00"),
            (&[b"EW060101", &counted(MESSAGE), b";99FFFF", &known], "A6"),
            (&[b"EK00FFFF", &known], "A6"),
            (&[&export(on, &key, &check_value, &encrypts)], "00"),
            (&[&export(on, &key, &check_value, &verifies)], "A8"),
            (&[&verify, &known], "00"),
            (&[&verify, &verifies], "00"),
            (&[&verify, &encrypts], "A8"),
            (&[b"EQ", &encrypts], "00"),
            (&[b"EQ", private], "A6"),
            (&[b"EQ", &known], "00"),
            (&[b"EQ", &known[..20]], "15"),
        ],
    );
}
