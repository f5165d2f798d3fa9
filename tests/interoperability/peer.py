#!/usr/bin/env python3
"""Plays the other party of key agreements, of requests for certificates and of TR-34 against a server of its own.

    peer.py --program target/debug/strongroom

Needs cryptography, asn1crypto and pycryptodome; with OpenSSL's command line, that checks the requests and opens the tokens too.
"""
import argparse
import datetime
import itertools
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "differential"))
import run  # noqa: E402
from asn1crypto import cms, core, parser  # noqa: E402
from Crypto.Cipher import AES, DES, DES3  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import cmac, hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa  # noqa: E402
from cryptography.hazmat.primitives.ciphers import algorithms  # noqa: E402
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash  # noqa: E402
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF  # noqa: E402

DER = serialization.Encoding.DER
PUBLIC = serialization.PublicFormat
CURVES = {"00": ec.SECP256R1(), "01": ec.SECP384R1(), "02": ec.SECP521R1()}
HASHES = {
    "01": hashes.SHA1(), "05": hashes.SHA224(), "06": hashes.SHA256(), "07": hashes.SHA384(), "08": hashes.SHA512(),
}
DERIVATIONS = {"1": ConcatKDFHash, "2": X963KDF}
SIZES = {"T2": 16, "T3": 24, "A1": 16, "A2": 24, "A3": 32}


class Device:
    def __init__(self, program):
        self.server = run.Server(program)

    def ask(self, lmk, message, code="00"):
        """Bytes behind the error code."""
        reply = self.server.ports[lmk].ask([message])[0].encode("latin-1")
        assert reply[2:4] == code.encode(), f"{message[:40]!r}: {reply[:40]!r}"
        return reply[4:]


def text(raw):
    return raw.decode("latin-1")


def odd(key):
    return bytes(byte ^ (bin(byte).count("1") + 1) % 2 for byte in key)


def check_value(algorithm, key):
    if algorithm.startswith("A"):
        mac = cmac.CMAC(algorithms.AES(key))
        mac.update(bytes(16))
        return mac.finalize()[:3]
    blocks = [key[at:at + 8] for at in range(0, len(key), 8)]
    value = bytes(8)
    for cipher, decrypts in zip([blocks[0], blocks[1], blocks[-1] if len(blocks) == 3 else blocks[0]], [0, 1, 0]):
        single = DES.new(cipher, DES.MODE_ECB)
        value = single.decrypt(value) if decrypts else single.encrypt(value)
    return value[:3]


def element(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def split(raw):
    """The first element of DER, and what stands behind it."""
    length = parser.peek(raw)
    return raw[:length], raw[length:]


def agreements(device):
    count = 0
    lmks = {"key block": ["T2", "T3"], "aes": list(SIZES)}
    for lmk, algorithms_ in lmks.items():
        for curve, (derivation, kdf), (number, hash_), form in itertools.product(
            CURVES, DERIVATIONS.items(), HASHES.items(), "01",
        ):
            if (number != "06") != (curve == "01" and form == "1"):
                continue
            reply = device.ask(lmk, f"FY01{curve}03#X00S00")
            length = int(reply[:4])
            theirs, private = reply[4:4 + length], text(reply[4 + length:])
            own = ec.generate_private_key(CURVES[curve])
            public = own.public_key().public_bytes(DER, PUBLIC.SubjectPublicKeyInfo)
            secret = own.exchange(ec.ECDH(), serialization.load_der_public_key(theirs))
            shared = b"\x01\x23\x45\x67;:%\xff"
            written = shared.hex().upper() if form == "1" else text(shared)
            for algorithm in algorithms_:
                length = SIZES[algorithm]
                message = (
                    f"IG2103{text(public)}{private}{derivation}{number}{form}{len(written):04}{written};"
                    f"01{8 * length:05}K1{algorithm}B00E00;:"
                )
                key = kdf(hash_, length, shared).derive(secret)
                key = odd(key) if algorithm.startswith("T") else key
                reply = device.ask(lmk, message)
                assert reply[-3:] == check_value(algorithm, key), (lmk, curve, derivation, number, algorithm)
                assert device.ask(lmk, f"BUFFF{text(reply[:-3])};FFF;001")[:6].decode() == reply[-3:].hex().upper()
                count += 1
    print(f"{count} key agreements agree")


def signatures(device):
    count = 0
    for lmk, curve, (number, hash_) in itertools.product(["key block", "aes"], CURVES, HASHES.items()):
        reply = device.ask(lmk, f"FY01{curve}03#S00N00")
        length = int(reply[:4])
        theirs, private = reply[4:4 + length], text(reply[4 + length:])
        data = b"signed;%\x19" + number.encode()
        reply = device.ask(lmk, f"EW{number}02{len(data):04}{text(data)};99FFFF{private}")
        assert int(reply[:4]) == len(reply) - 4
        serialization.load_der_public_key(theirs).verify(reply[4:], data, ec.ECDSA(hash_))
        own = ec.generate_private_key(CURVES[curve])
        public = own.public_key().public_bytes(DER, PUBLIC.SubjectPublicKeyInfo)
        block = text(device.ask(lmk, f"EO03{text(public)}~#V00N00"))
        signature = own.sign(data, ec.ECDSA(hash_))
        for wrong in (False, True):
            data_ = data + b"!" if wrong else data
            message = f"EY{number}02{len(signature):04}{text(signature)};{len(data_):04}{text(data_)};{block}"
            device.ask(lmk, message, "02" if wrong else "00")
        count += 2
    print(f"{count} signatures agree")


def requests(device):
    """Requests for certificates, as another authority checks them."""
    count = 0
    names = {"CN": "Public Cert", "O": "Name", "L": "K\u00f6ln", "ST": "NW", "C": "DE"}
    written = "Public Cert;;Name;K\u00f6ln;NW;DE;".encode().decode("latin-1")
    has_openssl = shutil.which("openssl") is not None
    for lmk, curve, (number, hash_), form in itertools.product(["key block", "aes"], CURVES, HASHES.items(), "01"):
        reply = device.ask(lmk, f"FY01{curve}03#S00N00")
        length = int(reply[:4])
        public, private = reply[4:4 + length], text(reply[4 + length:])
        count += request(device, lmk, f"QE000203{text(public)}{private}{number}{form}{written}", hash_, names, public)
    for lmk, (number, hash_), form in itertools.product(["variant", "key block", "aes"], HASHES.items(), "01"):
        public, private = split(device.ask(lmk, "EI0102402" + ("" if lmk == "variant" else "#0000")))
        private = text(private).removeprefix("FFFF")
        information = element(
            0x30, bytes.fromhex("300d06092a864886f70d0101010500"), element(3, b"\x00", public),
        )
        message = f"QE000102{text(public)}{private}01{number}{form}{written}"
        count += request(device, lmk, message, hash_, names, information)
    print(f"{count} requests for certificates agree{'' if has_openssl else ' (not shown to openssl)'}")


def request(device, lmk, message, hash_, names, public):
    reply = device.ask(lmk, message)
    made = reply[4:]
    assert int(reply[:4]) == len(made)
    is_text = made.startswith(b"-----BEGIN CERTIFICATE REQUEST-----\n")
    found = (x509.load_pem_x509_csr if is_text else x509.load_der_x509_csr)(made)
    # What `is_signature_valid` says of SHA-1 is a matter of policy.
    method = [ec.ECDSA(hash_)] if isinstance(found.public_key(), ec.EllipticCurvePublicKey) else [
        padding.PKCS1v15(), hash_,
    ]
    found.public_key().verify(found.signature, found.tbs_certrequest_bytes, *method)
    assert found.signature_hash_algorithm.name == hash_.name
    assert found.public_key().public_bytes(DER, PUBLIC.SubjectPublicKeyInfo) == public
    assert {part.rfc4514_attribute_name: part.value for part in found.subject} == names
    if shutil.which("openssl"):
        form = "PEM" if is_text else "DER"
        told = subprocess.run(
            ["openssl", "req", "-verify", "-noout", "-inform", form], input=made, capture_output=True,
        )
        assert told.returncode == 0 and b"verify OK" in told.stdout + told.stderr, told.stderr.decode()
    return 1


def name(common):
    return x509.Name([
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Strongroom"),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, common),
    ])


def certificate(common, public, issuer, signer, is_authority):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name(issuer), name(common), public, x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(30))
    builder = builder.add_extension(x509.BasicConstraints(is_authority, None), True)
    return builder.sign(signer, hashes.SHA256())


def credential(certificate):
    serial = core.Integer(certificate.serial_number).dump()
    return element(0x30, certificate.issuer.public_bytes(), serial)


def assemble(credential, attributes, envelope, signature):
    """The token that a host makes of a reply to B8."""
    oid = lambda dotted: core.ObjectIdentifier(dotted).dump()  # noqa: E731
    sha256 = element(0x30, oid("2.16.840.1.101.3.4.2.1"))
    content = parser.parse(envelope, strict=True)[4]
    signer = element(
        0x30, element(2, b"\x01"), credential, sha256, b"\xa0" + attributes[1:],
        element(0x30, oid("1.2.840.113549.1.1.1"), b"\x05\x00"), element(4, signature),
    )
    signed = element(
        0x30, element(2, b"\x03"), element(0x31, sha256),
        element(0x30, oid("1.2.840.113549.1.7.3"), element(0xA0, element(4, content))),
        element(0x31, signer),
    )
    return element(0x30, oid("1.2.840.113549.1.7.2"), element(0xA0, signed))


class Recipient:
    """A key receiving device, with an authority that it and the sender trust."""

    def __init__(self):
        self.authority_key = rsa.generate_private_key(65537, 2048)
        self.authority = certificate("CA", self.authority_key.public_key(), "CA", self.authority_key, True)
        self.key = rsa.generate_private_key(65537, 2048)
        self.certificate = certificate("KRD", self.key.public_key(), "CA", self.authority_key, False)

    def certify(self, public):
        return certificate("KDH", public, "CA", self.authority_key, False)

    def open(self, token, sender, nonce):
        """The key block in a token, by asn1crypto and cryptography."""
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        signer = signed["signer_infos"][0]
        # In the edition of 2012 the content has no tag, so that it is no `EnvelopedData` yet.
        _, explicit = split(signed["encap_content_info"].contents)
        content = parser.parse(parser.parse(explicit, strict=True)[4], strict=True)[4]
        attributes = {
            attribute["type"].dotted: attribute["values"][0] for attribute in signer["signed_attrs"]
        }
        digest = hashes.Hash(hashes.SHA256())
        digest.update(content)
        assert attributes["1.2.840.113549.1.9.4"].native == digest.finalize()
        assert core.OctetString.load(attributes["1.2.840.113549.1.9.25.3"].dump()).native == nonce
        assert signer["sid"].chosen["serial_number"].native == sender.serial_number
        set_of = b"\x31" + signer["signed_attrs"].dump()[1:]
        # In DER, the members of a set are in order.
        members = [attribute.dump() for attribute in signer["signed_attrs"]]
        assert members == sorted(members)
        sender.public_key().verify(signer["signature"].native, set_of, padding.PKCS1v15(), hashes.SHA256())
        enveloped = cms.EnvelopedData.load(element(0x30, content), strict=True)
        information = enveloped["recipient_infos"][0].chosen
        assert information["rid"].chosen["serial_number"].native == self.certificate.serial_number
        oaep = information["key_encryption_algorithm"]
        assert oaep["algorithm"].native == "rsaes_oaep"
        assert oaep["parameters"]["hash_algorithm"]["algorithm"].native == "sha256"
        assert oaep["parameters"]["mask_gen_algorithm"]["parameters"]["algorithm"].native == "sha256"
        under = self.key.decrypt(
            information["encrypted_key"].native,
            padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None),
        )
        inside = enveloped["encrypted_content_info"]
        iv = inside["content_encryption_algorithm"]["parameters"].native
        cipher = {"aes128_cbc": AES, "tripledes_3key": DES3}[inside["content_encryption_algorithm"]["algorithm"].native]
        padded = cipher.new(under, cipher.MODE_CBC, iv).decrypt(inside["encrypted_content"].native)
        assert 1 <= padded[-1] <= len(iv) and padded.endswith(padded[-1:] * padded[-1])
        return padded[:-padded[-1]], core.OctetString.load(attributes["1.2.840.113549.1.7.1"].dump()).native

    def open_by_openssl(self, token, sender):
        """The key block in a token, by OpenSSL."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            pem = serialization.Encoding.PEM
            (folder / "ca.pem").write_bytes(self.authority.public_bytes(pem))
            (folder / "kdh.pem").write_bytes(sender.public_bytes(pem))
            (folder / "krd.pem").write_bytes(self.certificate.public_bytes(pem))
            (folder / "krd.key").write_bytes(self.key.private_bytes(
                pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption(),
            ))
            (folder / "token").write_bytes(token)

            def openssl(*options):
                told = subprocess.run(["openssl", "cms", *options, "-inform", "DER"], cwd=folder, capture_output=True)
                assert told.returncode == 0, told.stderr.decode()

            openssl("-verify", "-in", "token", "-CAfile", "ca.pem", "-certfile", "kdh.pem", "-purpose", "any",
                    "-binary", "-out", "content")
            enveloped = element(0x30, (folder / "content").read_bytes())
            oid = core.ObjectIdentifier("1.2.840.113549.1.7.3").dump()
            (folder / "envelope").write_bytes(element(0x30, oid, element(0xA0, enveloped)))
            openssl("-decrypt", "-in", "envelope", "-recip", "krd.pem", "-inkey", "krd.key", "-binary", "-out", "block")
            return (folder / "block").read_bytes()


class KeyBlock(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("sender", cms.IssuerAndSerialNumber),
        ("key", core.OctetString),
        ("header", core.Sequence),
    ]


def tokens(device):
    recipient, nonce, count = Recipient(), bytes(range(200, 216)), 0
    has_openssl = shutil.which("openssl") is not None
    if not has_openssl:
        print("no openssl: its command line opens no token")
    krd = text(recipient.key.public_key().public_bytes(DER, PUBLIC.PKCS1))
    for lmk, private_length, keys in [
        ("variant", None, [
            ("000", "A00000U", "T", "&K1B00S00!B", "B0256K1TB00S0000"),
            ("000", "A00000T", "T", "&K0B03N00", "B0256K0TB03N0000"),
            ("009", "A00009U", "T", "&B0X00N00!A", "A0256B0TX00N0000"),
        ]),
        ("key block", "FFFF", [
            ("FFF", "A00FFFS#K0T2B00E00", "T", "&N!B", "B0256K0TB00N0000"),
            ("FFF", "A00FFFS#52T3B00E00", "T", "", "B0256K0TB00E0000"),
            ("FFF", "A00FFFS#P0T2E12S01LB0BA LABEL", "T", "!D", "D0256P0TE12S0100LB0BA LABEL"),
        ]),
        ("aes", "FFFF", [
            ("FFF", "A00FFFS#K1A1B00E00", "A", "&N!D", "D0256K1AB00N0000"),
            ("FFF", "A00FFFS#K0T3B00E00", "T", "&N!D", "D0256K0TB00N0000"),
        ]),
    ]:
        reply = device.ask(lmk, "EI0204802" + ("" if lmk == "variant" else "#0000"))
        public, private = split(reply)
        sender = recipient.certify(serialization.load_der_public_key(
            element(0x30, bytes.fromhex("300d06092a864886f70d0101010500"), element(3, b"\x00", public)),
        ))
        for (key_type, make, algorithm, tail, header), size in itertools.product(keys, [8, 16]):
            made = text(device.ask(lmk, make))
            key, value = made[:-6], bytes.fromhex(made[-6:])
            reply = device.ask(
                lmk,
                f"B80{key_type}{key}{text(credential(sender))}000001{text(credential(recipient.certificate))}"
                f"{krd}0099{text(private)}010{size:02X}{text(nonce[:size])}{tail}",
            )
            attributes, reply = split(reply)
            assert reply[:3] == value
            envelope, reply = split(reply[3:])
            assert int(reply[:4]) == len(reply) - 4 == 256
            token = assemble(credential(sender), attributes, envelope, reply[4:])
            block, signed_header = recipient.open(token, sender, nonce[:size])
            if has_openssl:
                assert recipient.open_by_openssl(token, sender) == block
            inside = KeyBlock.load(block, strict=True)
            assert inside["version"].native == 1
            assert inside["sender"].dump() == credential(sender)
            assert check_value(algorithm, inside["key"].native) == value
            assert inside["header"].contents.endswith(header.encode()) and signed_header == header.encode(), signed_header
            spoiled = token[:-1] + bytes([token[-1] ^ 1])
            try:
                recipient.open(spoiled, sender, nonce[:size])
            except Exception as wrong:  # cryptography says InvalidSignature
                assert type(wrong).__name__ == "InvalidSignature", wrong
            else:
                raise AssertionError("a token opens whose signature is wrong")
            count += 1
    print(f"{count} tokens of TR-34 agree")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--program", required=True)
    device = Device(options.parse_args().program)
    try:
        agreements(device)
        signatures(device)
        requests(device)
        tokens(device)
    finally:
        device.server.close()


if __name__ == "__main__":
    main()
