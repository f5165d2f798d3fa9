"""MACs: M6, M8, MY; C2, C4; the older ones from MA to MW; the decimal ones, LK and LM; GW."""
from Crypto.Cipher import AES
from Crypto.Hash import CMAC

import ciphers
import model
from case import command, expect


class Maker:
    """A key, a MAC algorithm (`1`, `3`, or `6` for CMAC) and a padding."""

    def __init__(self, key, algorithm, padding="1", is_aes=False):
        self.key, self.algorithm, self.padding, self.is_aes = key, algorithm, padding, is_aes
        self.size = 16 if is_aes else 8
        first = key[:8] if algorithm == "3" else key
        self.cipher = ciphers.Cipher(first, "A" if is_aes else "T")

    def fits(self, message):
        return self.algorithm == "6" or self.padding != "0" or (message and len(message) % self.size == 0)

    def padded(self, message):
        """ISO 9797-1 methods 1, 2 and 3."""
        if self.padding == "2":
            message += b"\x80"
        whole = message + bytes(-len(message) % self.size)
        if self.padding == "3":
            return (8 * len(message)).to_bytes(self.size, "big") + whole
        return whole or bytes(self.size)

    def chain(self, message):
        """The chaining value behind the beginning of a message."""
        return ciphers.cbc(self.cipher, bytes(self.size), message, True)[0]

    def mac(self, message):
        if self.algorithm == "6":
            return CMAC.new(self.key, message, AES).digest() if self.is_aes else model.tdes_cmac(self.key, message)
        chain = self.chain(self.padded(message))
        if self.algorithm == "3" and len(self.key) > 8:
            first, second, third = model.parts(self.key)
            return model.des(third).encrypt(model.des(second).decrypt(chain))
        return chain


def parts(dice, maker, shortest=0):
    """A message in one part or several: each with its place, and the message up to it."""
    message = dice.bytes(dice.one_of([shortest, maker.size, dice.number(1, 300)]))
    cuts = list(range(maker.size, len(message), maker.size))
    if maker.padding == "3" or not cuts or dice.chance(50):
        return [("0", b"", message)]
    chosen = sorted(dice.random.sample(cuts, dice.number(1, min(3, len(cuts)))))
    edges = [0, *chosen, len(message)]
    places = ["1"] + ["2"] * (len(chosen) - 1) + ["3"]
    return [(place, message[:start], message[start:end]) for place, start, end in zip(places, edges, edges[1:])]


def coded(message, encoding):
    return message.hex().upper() if encoding == "1" else message.decode("latin-1")


def spoiled(dice, mac):
    """The MAC, mostly, and whether it is."""
    if dice.chance(70):
        return mac.hex().upper(), "00"
    at = dice.number(0, len(mac) - 1)
    other = mac[:at] + bytes([mac[at] ^ 1 << dice.number(0, 7)]) + mac[at + 1:]
    return other.hex().upper(), "01"


# ---------------------------------------------------------------- M6, M8, MY


class Stated:
    """A key with what M6 says of it: size and algorithm, padding, type, key."""

    def __init__(self, dice, port, paddings="0123"):
        said = dice.one_of("1356")
        algorithm = {"5": "1"}.get(said, said)
        padding = dice.one_of(paddings)
        self.length = dice.one_of([4, 8])
        if port == "variant":
            key_type = dice.one_of(["003", "008"])
            key, text = dice.sealed(key_type)
            self.maker = Maker(key, algorithm, padding)
        else:
            key_type, is_aes = "FFF", algorithm != "3" and dice.chance(70)
            usage = dice.one_of({"1": ["M0", "M1", "M5"], "3": ["M0", "M3"], "6": ["M0", "M5", "M6"]}[algorithm])
            key, text = dice.in_block(usage, "A" if is_aes else "T", dice.one_of([16, 24, 32] if is_aes else [16, 24]))
            self.maker = Maker(key, algorithm, padding, is_aes)
        self.text = f"{int(self.length == 8)}{said}{padding}{key_type}{text}"

    def mac(self, message):
        return self.maker.mac(message)[:self.length]


def chain_text(maker, before, place):
    return maker.chain(before).hex().upper() if place in "23" else ""


def counted(text):
    return f"{len(text):04X}{text}"


def international(dice, name, reply_code, verifies):
    port = dice.one_of(["variant", "aes"])
    stated = Stated(dice, port)
    for place, before, part in parts(dice, stated.maker):
        encoding, whole = dice.one_of("012"), before + part
        request = f"{name}{place}{encoding}{stated.text}{chain_text(stated.maker, before, place)}"
        request += counted(coded(part, encoding))
        code, made = "00", stated.maker.chain(whole) if place in "12" else stated.mac(whole)
        if verifies and place in "03":
            given, code = spoiled(dice, made)
            request += given
        reply = yield port, request
        if place in "03" and not stated.maker.fits(whole):
            expect(request, reply, reply_code + "06")
        elif verifies and place in "03":
            expect(request, reply, reply_code + code)
        else:
            expect(request, reply, f"{reply_code}00{made.hex().upper()}")


@command
def m6(dice):
    return international(dice, "M6", "M7", False)


@command
def m8(dice):
    return international(dice, "M8", "M9", True)


@command
def my(dice):
    port = dice.one_of(["variant", "aes"])
    source, destination = Stated(dice, port, "12"), Stated(dice, port, "12")
    makers = [source.maker, destination.maker]
    widest = max(makers, key=lambda maker: maker.size)
    for place, before, part in parts(dice, widest):
        encoding, whole = dice.one_of("012"), before + part
        request = f"MY{place}{encoding}{source.text}{destination.text}"
        request += "".join(chain_text(maker, before, place) for maker in makers) + counted(coded(part, encoding))
        if place in "12":
            reply = yield port, request
            made = "".join(maker.chain(whole).hex().upper() for maker in makers)
            expect(request, reply, f"MZ00{made}")
        else:
            given, code = spoiled(dice, source.mac(whole))
            request += given
            reply = yield port, request
            made = destination.mac(whole).hex().upper() if code == "00" else ""
            expect(request, reply, f"MZ{code}{made}")


# ---------------------------------------------------------------- older commands


def ansi(key):
    """ANSI X9.9 with a single-length key, else X9.19."""
    return Maker(key, "1" if len(key) == 8 else "3")


def free(dice):
    return dice.digits(dice.number(0, 200), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ;%").encode()


def short(dice):
    return dice.bytes(dice.one_of([1, 8, dice.number(1, 200), 800]))


def short_text(message):
    return f"{len(message):03X}" + message.decode("latin-1")


def generate(dice, name, reply_code, message, text):
    key, tak = dice.sealed("003")
    request = f"{name}{tak}{text(message)}"
    reply = yield "variant", request
    expect(request, reply, f"{reply_code}00{ansi(key).mac(message)[:4].hex().upper()}")


def verify(dice, name, reply_code, message, text):
    key, tak = dice.sealed("003")
    given, code = spoiled(dice, ansi(key).mac(message)[:4])
    request = f"{name}{tak}{given}{text(message)}"
    reply = yield "variant", request
    expect(request, reply, reply_code + code)


def translate(dice, name, reply_code, message, text):
    (source, first), (destination, second) = dice.sealed("003"), dice.sealed("003")
    given, code = spoiled(dice, ansi(source).mac(message)[:4])
    request = f"{name}{first}{second}{given}{text(message)}"
    reply = yield "variant", request
    made = ansi(destination).mac(message)[:4].hex().upper() if code == "00" else ""
    expect(request, reply, reply_code + code + made)


@command
def ma(dice):
    return generate(dice, "MA", "MB", free(dice), bytes.decode)


@command
def mc(dice):
    return verify(dice, "MC", "MD", free(dice), bytes.decode)


@command
def me(dice):
    return translate(dice, "ME", "MF", free(dice), bytes.decode)


@command
def mk(dice):
    return generate(dice, "MK", "ML", short(dice), short_text)


@command
def mm(dice):
    return verify(dice, "MM", "MN", short(dice), short_text)


@command
def mo(dice):
    return translate(dice, "MO", "MP", short(dice), short_text)


def large(dice, maker, head, body, reply_code, mac_length, seal=lambda chain: chain, verifies=None):
    """A message block by block; `verifies` puts a MAC where the command has it."""
    for place, before, part in parts(dice, maker, 1):
        chain = seal(maker.chain(before)).hex().upper() if place in "23" else ""
        whole, code, given = before + part, "00", ""
        made = seal(maker.chain(whole)) if place in "12" else maker.mac(whole)[:mac_length]
        if verifies and place in "03":
            given, code = spoiled(dice, made)
            made = b""
        request = head(place) + chain + (verifies(given, body(part)) if verifies else body(part))
        reply = yield "variant", request
        expect(request, reply, reply_code + code + made.hex().upper())


@command
def mq(dice):
    key, zak = dice.sealed("008")
    return large(dice, ansi(key), lambda place: f"MQ{place}{zak}", short_text, "MR", 8)


@command
def ms(dice):
    kind, encoding = dice.number(0, 1), dice.one_of("01")
    key, text = dice.sealed(["003", "008"][kind])
    length = int(len(key) > 8)
    body = lambda part: f"{len(part):04X}{coded(part, encoding)}"
    return large(dice, ansi(key), lambda place: f"MS{place}{kind}{length}{encoding}{text}", body, "MT", 8)


def under_the_lmk(chain):
    return model.encrypt(model.pair("03", 1), chain)


@command
def mu(dice):
    key, tak = dice.sealed("003")
    return large(dice, ansi(key), lambda place: f"MU{place}{tak}", short_text, "MV", 4, under_the_lmk)


@command
def mw(dice):
    key, tak = dice.sealed("003")
    return large(dice, ansi(key), lambda place: f"MW{place}{tak}", short_text, "MX", 4, under_the_lmk,
                 lambda given, body: given + body)


def australian(dice, name, reply_code, verifies=None):
    kind, method, encoding = dice.number(0, 3), dice.number(0, 3), dice.one_of("01")
    key, text = dice.sealed(["003", "008", "103", "108"][kind])
    maker = Maker(key, "1" if method == 0 else "3")
    body = lambda part: f"{len(part):04X}{coded(part, encoding)}"
    return large(dice, maker, lambda place: f"{name}{place}{kind}{method}{encoding}{text}", body, reply_code,
                 8 if method == 2 else 4, verifies=verifies)


@command
def c2(dice):
    return australian(dice, "C2", "C3")


@command
def c4(dice):
    return australian(dice, "C4", "C5", lambda given, body: body + given)


@command
def lk(dice):
    (key, tak), message, count = dice.sealed("003"), free(dice), dice.number(1, 12)
    request = f"LK{tak}{count:X}{message.decode()}"
    reply = yield "variant", request
    expect(request, reply, "LL00" + model.scan(ansi(key).mac(message), count))


@command
def lm(dice):
    (key, tak), message, count = dice.sealed("003"), free(dice), dice.number(1, 12)
    right = model.scan(ansi(key).mac(message), count)
    given = right if dice.chance(70) else dice.digits(count)
    request = f"LM{tak}{count:X}{given}{message.decode()}"
    reply = yield "variant", request
    expect(request, reply, "LN" + ("00" if given == right else "01"))


# ---------------------------------------------------------------- transactions


@command
def gw(dice):
    flag, key_type, place = dice.one_of([("", "009", 6), ("*", "009", 6), ("~", "609", 6), ("!", "909", 4)])
    bdk, text = dice.sealed(key_type, (16, 24))
    ksn = dice.ksn()
    while ksn.startswith("FFFF"):
        ksn = dice.ksn()
    key, message = model.varied(model.transaction_key(bdk, ksn), place), dice.bytes(dice.number(1, 200))
    mode = dice.number(1, 6)
    mac = Maker(key, "3").mac(message)
    mac = [mac, mac[:4], mac[4:]][(mode - 1) % 3]
    given, code = spoiled(dice, mac) if mode < 4 else (mac.hex().upper(), "00")
    verified, made = (given, "") if mode < 4 else ("", given)
    request = f"GW{mode}1{flag}{text}A05{ksn}{verified}{len(message):04}" + message.decode("latin-1")
    reply = yield "variant", request
    expect(request, reply, f"GX{code}{made}")
