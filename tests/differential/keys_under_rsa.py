"""RSA signatures, keys under public keys, certificates: by pycryptodome, with key pairs of the vectors."""
import json
import pathlib

from Crypto.Cipher import DES, PKCS1_OAEP, PKCS1_v1_5
from Crypto.Hash import MD5, SHA1, SHA224, SHA256, SHA384, SHA512
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15, pss
from Crypto.Util.asn1 import DerObjectId, DerOctetString, DerSequence

import model
from case import Wrong, command, expect

FOLDER = pathlib.Path(__file__).parents[2] / "vectors/crypto"
HASHES = {"01": SHA1, "02": MD5, "05": SHA224, "06": SHA256, "07": SHA384, "08": SHA512}
MASK_HASHES = {code: HASHES[code] for code in ["01", "05", "06", "07", "08"]}
SIGNS, DECRYPTS = "02", "12"


def key_pairs():
    lines = (FOLDER / "rsa.jsonl").read_text(encoding="utf-8").splitlines()
    texts = {json.loads(line)["inputs"]["private_pkcs1_der"] for line in lines}
    return [RSA.import_key(bytes.fromhex(text)) for text in sorted(texts, key=len)]


PAIRS = key_pairs()


def text(data):
    return data.decode("latin-1")


def counted(data):
    return f"{len(data):04}{text(data)}"


# ---------------------------------------------------------------- keys under the test LMKs


def chain(key, data, mode):
    return getattr(DES.new(key, DES.MODE_CBC, iv=bytes(8)), mode)(data)


def backwards(data):
    return b"".join(data[at:at + 8] for at in range(len(data) - 8, -1, -8))


def seal_private(pair, purpose):
    """A private key under LMK pair 34-35."""
    first, second = model.pair("0C", 0)[:8], model.pair("0C", 0)[8:]
    bits, p, q = pair.n.bit_length(), pair.p, pair.q
    width = -(-(-(-bits // 2)) // 24) * 3
    clear = bytes([int(purpose), 0]) + bits.to_bytes(2, "big")
    for number in [p, q, pair.d % (p - 1), pair.d % (q - 1), pow(q, -1, p)]:
        clear += number.to_bytes(width, "big")
    padded = clear + bytes(-len(clear) % 8)
    clear += chain(bytes([second[0] ^ 0xA6]) + second[1:], padded, "encrypt")[-8:-4]
    clear += bytes(-len(clear) % 8)
    turned = backwards(chain(first, clear, "encrypt"))
    return chain(first, backwards(chain(second, turned, "decrypt")), "encrypt")


def der(pair, signed=False):
    """A public key as such devices write it: integers have no sign, and so no zero in front."""
    numbers = [pair.n, pair.e]
    if signed:
        return DerSequence(numbers).encode()
    parts = b"".join(element(2, number.to_bytes(-(-number.bit_length() // 8), "big")) for number in numbers)
    return element(0x30, parts)


def element(tag, content):
    length = len(content)
    head = [length] if length < 128 else [0x81, length] if length < 256 else [0x82, length >> 8, length & 255]
    return bytes([tag, *head]) + content


def known(pair, data=b""):
    """A public key with its MAC."""
    message = der(pair) + data
    return model.retail_mac(model.pair("0D", 0), message)[:4] + message


class Pair:
    """A key pair that a case uses, for a purpose."""

    def __init__(self, dice, purposes="0123"):
        self.pair = dice.one_of(PAIRS)
        self.size = self.pair.size_in_bytes()
        self.purpose = dice.one_of(purposes)
        self.sealed = seal_private(self.pair, self.purpose)
        self.place = f"99{counted(self.sealed)}"


# ---------------------------------------------------------------- padding


def oaep(dice, codes=MASK_HASHES):
    """Fields of OAEP, its hash, its parameters."""
    code = dice.one_of(list(codes))
    label = dice.bytes(dice.one_of([0, 0, 1, 30, 99]))
    return f"01{code}{len(label):02}{text(label)};", HASHES[code], label


def encrypting(dice, pair):
    """Fields, and what encrypts and decrypts."""
    if dice.chance(50):
        cipher = PKCS1_v1_5.new(pair, randfunc=dice.bytes)
        return "01", cipher.encrypt, lambda data: cipher.decrypt(data, b"nothing"), pair.size_in_bytes() - 11
    fields, hashed, label = oaep(dice)
    cipher = PKCS1_OAEP.new(pair, hashed, label=label, randfunc=dice.bytes)
    return "02" + fields, cipher.encrypt, cipher.decrypt, pair.size_in_bytes() - 2 * hashed.digest_size - 2


class Signature:
    """A way to sign: its fields, and pycryptodome's opinion of it."""

    def __init__(self, dice, pair):
        self.dice, self.pair = dice, pair
        self.code = dice.one_of(list(HASHES))
        self.hashed = HASHES[self.code]
        size, digest = pair.size_in_bytes(), self.hashed.digest_size
        self.padding = dice.one_of(["01", "02", "04"])
        self.fields = self.code + "01" + self.padding
        if self.padding == "02":
            more, self.mask, self.label = oaep(dice)
            self.fields += more
            self.fits = len(self.information(b"")) + 2 * self.mask.digest_size + 2 <= size
        elif self.padding == "01":
            self.fits = len(self.information(b"")) + 11 <= size
        else:
            self.fits = 2 * digest + 2 <= -(-(pair.size_in_bits() - 1) // 8)

    def information(self, message):
        digest = self.hashed.new(message)
        identifier = DerSequence([DerObjectId(digest.oid).encode(), bytes.fromhex("0500")])
        return DerSequence([identifier.encode(), DerOctetString(digest.digest()).encode()]).encode()

    def raw(self, number, exponent):
        return pow(int.from_bytes(number, "big"), exponent, self.pair.n).to_bytes(self.pair.size_in_bytes(), "big")

    def sign(self, message):
        if self.padding == "01":
            return pkcs1_15.new(self.pair).sign(self.hashed.new(message))
        if self.padding == "04":
            return pss.new(self.pair, rand_func=self.dice.bytes).sign(self.hashed.new(message))
        cipher = PKCS1_OAEP.new(self.pair, self.mask, label=self.label, randfunc=self.dice.bytes)
        block = self.raw(cipher.encrypt(self.information(message)), self.pair.d)
        return self.raw(block, self.pair.d)

    def is_right(self, message, signature):
        try:
            if self.padding == "01":
                return self.sign(message) == signature
            if self.padding == "04":
                pss.new(self.pair).verify(self.hashed.new(message), signature)
                return True
            block = self.raw(self.raw(signature, self.pair.e), self.pair.e)
            cipher = PKCS1_OAEP.new(self.pair, self.mask, label=self.label)
            return cipher.decrypt(block) == self.information(message)
        except ValueError:
            return False


def message(dice):
    """Data in which delimiters stand, too."""
    data = dice.bytes(dice.number(0, 120))
    return data + dice.one_of([b"", b";", b";99", b"\x19", b"%00", b"=~#"])


# ---------------------------------------------------------------- commands


@command
def ew(dice):
    own = Pair(dice)
    how, data = Signature(dice, own.pair), message(dice)
    request = f"EW{how.fields}{counted(data)};{own.place}"
    reply = yield "variant", request
    if own.purpose not in SIGNS:
        return expect(request, reply, "EX03")
    if not how.fits:
        return expect(request, reply, "EX76")
    expect(request, reply[:8], f"EX00{own.size:04}")
    if not how.is_right(data, reply[8:].encode("latin-1")):
        raise Wrong(f"{request!a}\n  answered {reply!a}, which is no signature")


@command
def ey(dice):
    own = Pair(dice)
    how, data, extra = Signature(dice, own.pair), message(dice), dice.one_of([b"", b"AUTHENTIC"])
    signature = how.sign(data) if how.fits else bytes(own.size)
    public, code = known(own.pair, extra), "00"
    if dice.chance(20):
        signature, code = bytes([signature[0]]) + dice.bytes(own.size - 1), "02"
    elif dice.chance(20):
        data, code = data + b"0", "02"
    elif dice.chance(20):
        public, code = bytes([public[0] ^ 1]) + public[1:], "01"
    elif dice.chance(10):
        signature, code = signature[1:], "76"
    if not how.fits and code != "01":
        # What cannot be signed is too long, or is wrong.
        code = {"76", "02"}
    request = f"EY{how.fields}{counted(signature)};{counted(data)};{text(public)}"
    reply = yield "variant", request
    if isinstance(code, str) or reply[2:] not in code:
        expect(request, reply, "EZ" + (code if isinstance(code, str) else "76 or 02"))


@command
def eo(dice):
    pair, extra, signed = dice.one_of(PAIRS), dice.one_of([b"", b"AUTHENTIC"]), dice.chance(50)
    encoding = "02" if signed else "01"
    request = f"EO{encoding}{text(der(pair, signed) + extra)}"
    reply = yield "variant", request
    expect(request, reply, "EP00" + text(known(pair, extra)[:4] + der(pair)))


@command
def ek(dice):
    """A key is used by its index after it was loaded."""
    at = dice.number(0, len(PAIRS) - 1)
    pair = PAIRS[at]
    request = f"EK{at:02}{counted(seal_private(pair, '2'))}"
    reply = yield "variant", request
    expect(request, reply, "EL00")
    data = message(dice)
    request = f"EW060101{counted(data)};{at:02}"
    reply = yield "variant", request
    signature = pkcs1_15.new(pair).sign(SHA256.new(data))
    expect(request, reply, f"EX00{counted(signature)}")


TYPES = [("0600", "001"), ("1400", "002"), ("2801", "109"), ("2809", "909"), ("2600", "008")]
ZMK = ("0400", "000")


def block_of(dice, length):
    """Field of the block of data around a key, and what writes and reads it."""
    kind = dice.one_of(["", "=01", "=02", "=03"])
    if kind == "=03":
        return kind, lambda key: key, lambda block: block
    if kind != "=02":
        vector = dice.bytes(8)
        write = lambda key: DerSequence([DerOctetString(key).encode(), DerOctetString(vector).encode()]).encode()
        return kind, write, lambda block: DerOctetString().decode(DerSequence().decode(block)[0]).payload
    template = dice.bytes(length + dice.number(12, 20))
    at, checked = dice.number(0, 4), dice.number(0, 4)
    check_at = at + length + dice.number(0, 4)
    field = f"{kind}{counted(template)};{at:04}{checked:02}{check_at:04}"

    def write(key):
        block = bytearray(template)
        block[at:at + length] = key
        block[check_at:check_at + checked] = bytes.fromhex(model.check_value(key))[:checked]
        return bytes(block)

    def read(block):
        key = block[at:at + length]
        return key if write(key) == block else b""
    return field, write, read


@command
def gi(dice):
    own = Pair(dice)
    (number, key_type), key = dice.one_of(TYPES), dice.bytes(dice.one_of([8, 16, 24]))
    odd = model.odd_parity(key)
    scheme = {8: "Z", 16: "U", 24: "T"}[len(key)]
    block, write, _ = block_of(dice, len(key))
    written = write(odd)
    if "=02" not in block:
        written = write(key)
    fields, encrypt, _, room = encrypting(dice, own.pair)
    if len(written) > room:
        written, block = odd, "=03"
        if len(written) > room:
            own, fields = Pair(dice), "01"
            encrypt = PKCS1_v1_5.new(own.pair, randfunc=dice.bytes).encrypt
    encrypted, code = encrypt(written), ""
    if own.purpose not in DECRYPTS:
        code = "03"
    elif dice.chance(10):
        encrypted, code = encrypted[1:], "76"
    elif dice.chance(10):
        encrypted, code = bytes([0]) + dice.bytes(own.size - 1), "77"
    request = f"GI01{fields}{number}{counted(encrypted)};{own.place};0{scheme}1{block}"
    reply = yield "variant", request
    if code:
        return expect(request, reply, "GJ" + code)
    vector = text(DerOctetString().decode(DerSequence().decode(written)[1]).payload.hex().upper().encode()) \
        if block in ("", "=01") else ""
    sealed = model.seal(key_type, odd, scheme.replace("Z", ""))
    expect(request, reply, f"GJ00{vector}{sealed}{model.check_value(odd)[:6]}")


@command
def gk(dice):
    own, signer = Pair(dice), Pair(dice)
    number, key_type = dice.one_of([*TYPES, ZMK])
    key, sealed = dice.sealed(key_type)
    flag = len(key) // 8 - 1
    block, _, read = block_of(dice, len(key))
    fields, _, decrypt, room = encrypting(dice, own.pair)
    check = model.check_value(key)
    if dice.chance(30):
        check = check[:6] + "0" * 10
    framing = [message(dice), message(dice)]
    how = Signature(dice, signer.pair)
    is_signed = dice.chance(50)
    group = f"={how.fields}{counted(framing[0])};{counted(framing[1])};{signer.place}" if is_signed else ""
    public = text(known(own.pair, dice.one_of([b"", b"DATA"])))
    if block:
        block = ";" + block[1:]
    request = f"GK01{fields}{number}{group}{flag}{sealed}{check}{public}{block}"
    reply = yield "variant", request
    if reply == "GL76" and (room < 80 or not how.fits):
        return
    if is_signed and signer.purpose not in SIGNS:
        return expect(request, reply, "GL03")
    expect(request, reply[:4], "GL00")
    rest = reply[4:]
    if block in ("", ";01"):
        rest = rest[16:]
    expect(request, rest[:4], f"{own.size:04}")
    encrypted, rest = rest[4:4 + own.size].encode("latin-1"), rest[4 + own.size:]
    expect(request, text(read(decrypt(encrypted))), text(key))
    if not is_signed:
        return expect(request, rest, "")
    expect(request, rest[:5], f"={signer.size:04}")
    if not how.is_right(framing[0] + encrypted + framing[1], rest[5:].encode("latin-1")):
        raise Wrong(f"{request!a}\n  answered {reply!a}, in which is no signature")


@command
def es(dice):
    """Bytes that hold a public key, a signature, and something between."""
    authority, owner = Pair(dice), Pair(dice)
    how = Signature(dice, authority.pair)
    if not how.fits:
        how.fields, how.padding = how.code + "0101", "01"
        if not len(how.information(b"")) + 11 <= authority.size:
            how.code, how.hashed, how.fields = "01", SHA1, "010101"
    signed = dice.one_of([True, False])
    key = der(owner.pair, signed)
    front, middle = message(dice), message(dice)
    body = front + key + middle
    signature, code = how.sign(body), "00"
    if dice.chance(20):
        signature, code = how.sign(body + b"0"), "02"
    certificate = body + signature
    hidden = len(front) if code != "00" or dice.chance(80) else len(front) + 1
    code = "04" if hidden != len(front) else code
    extra = dice.one_of([b"", b"AUTHENTIC"])
    request = (
        f"ES{text(known(authority.pair))};{len(certificate):04}0000{len(body):04}{len(body):04}{len(signature):04}"
        f"{text(certificate)};{how.fields}{'02' if signed else '01'}{hidden:04}{len(key):04}{text(extra)}")
    if dice.chance(50):
        other = owner if dice.chance(70) else Pair(dice)
        request += f";{other.place}"
        if other.pair is not owner.pair and code == "00":
            code = "09"
    reply = yield "variant", request
    answer = text(known(owner.pair, extra)[:4] + der(owner.pair)) if code == "00" else ""
    expect(request, reply, f"ET{code}{answer}")


NAMES = ["Public Cert", "Unit & Co", "Org", "Arlington", "VA"]


@command
def qe(dice):
    own = Pair(dice)
    code = dice.one_of(list(HASHES))
    names = ";".join(dice.one_of([name, ""]) for name in NAMES) + ";" + dice.one_of(["US;", "CH;"])
    request = f"QE000102{text(der(own.pair, True))}{counted(own.sealed)}01{code}0{names}"
    reply = yield "variant", request
    if own.purpose not in SIGNS:
        return expect(request, reply, "QF03")
    expect(request, reply[:4], "QF00")
    body = reply[8:].encode("latin-1")
    expect(request, reply[4:8], f"{len(body):04}")
    info, _, signature = DerSequence().decode(body)
    expect(request, text(signature[:1]), "\x03")
    bits = signature[-own.size:]
    try:
        pkcs1_15.new(own.pair).verify(HASHES[code].new(info), bits)
    except ValueError as wrong:
        raise Wrong(f"{request!a}\n  answered {reply!a}: {wrong}") from wrong
    for name in names.split(";"):
        if name.encode() not in info:
            raise Wrong(f"{request!a}\n  answered {reply!a} without {name}")
