"""Data encryption: M0, M2, M4; HE, HG."""
import ciphers
import model
from case import command, expect

DATA_KEYS = [("00A", "22"), ("00B", "21"), ("30B", "23")]
BDKS = [("009", "B0", "both"), ("609", "41", "request"), ("809", "42", "both"), ("909", "43", "response")]
CHAINED = {"01": ciphers.cbc, "02": ciphers.cfb(1), "03": ciphers.cfb(8), "05": ciphers.ofb}
DIGITS = {10: "A", **{radix: f"U{radix:05}" for radix in (2, 26, 36, 256)}}


def transaction_key(bdk, ksn, direction):
    key = model.varied(model.transaction_key(bdk, ksn), 3 if direction == "response" else 5)
    return model.encrypt(key, key[:8]) + model.encrypt(key, key[8:])


class Side:
    """A key, a mode, and what is said of both: `head` before the data of the other side, `chaining` behind."""

    def __init__(self, dice, port, is_source=None, may_be_bdk=True, only_decrypts=False):
        self.algorithm = dice.one_of("AT") if port == "aes" else "T"
        key_type = self.draw(dice, port, is_source, may_be_bdk)
        self.head = ("FFF" if port == "aes" else key_type) + self.text
        modes = ["00", *CHAINED] + ["06", "11"] * (self.algorithm == "A") + ["10"] * only_decrypts
        self.mode, self.cipher = dice.one_of(modes), ciphers.Cipher(self.key, self.algorithm)
        self.iv = b"" if self.mode in ("00", "10", "11") else dice.bytes(self.cipher.size)
        self.chaining, self.run = self.iv.hex().upper(), CHAINED.get(self.mode, ciphers.ecb)
        if self.mode == "05":
            self.chaining += dice.one_of("18")
        if self.mode == "06":
            length = dice.one_of([8, 32, 128, dice.number(8, 128)])
            offset = dice.number(0, 128 - length)
            self.chaining += f"{offset:03}{length:03}"
            self.run = ciphers.counter(offset, length)
        self.unit = {"00": self.cipher.size, "01": self.cipher.size, "03": 8}.get(self.mode, 1)

    def draw(self, dice, port, is_source, may_be_bdk):
        if not (may_be_bdk and dice.chance(30)):
            key_type, usage = dice.one_of(DATA_KEYS)
            if port == "aes":
                length = dice.one_of([16, 24, 32] if self.algorithm == "A" else [16, 24])
                self.key, self.text = dice.in_block(usage, self.algorithm, length)
            else:
                self.key, self.text = dice.sealed(key_type)
            self.is_bdk = False
            return key_type
        # A source is not for responses only, a destination not for requests only.
        wrong = {True: "response", False: "request"}.get(is_source)
        key_type, usage, direction = dice.one_of([bdk for bdk in BDKS if bdk[2] != wrong])
        length = dice.one_of([16, 24, 32] if self.algorithm == "A" else [16, 24])
        if port == "aes":
            bdk, self.text = dice.in_block(usage, self.algorithm, length)
        else:
            bdk, self.text = dice.sealed(key_type, (16, 24))
        if self.algorithm == "A":
            ksn, number = dice.aes_ksn(), {"request": 0x3000, "response": 0x3001, "both": 0x3002}[direction]
            self.key = model.aes_dukpt_key(bdk, ksn, number, f"AES{8 * len(bdk)}")
        else:
            ksn = dice.ksn()
            while ksn.startswith("FFFF"):
                ksn = dice.ksn()
            self.key = transaction_key(bdk, ksn, direction)
        self.text += ("A08" if self.algorithm == "A" else "A05") + ksn
        self.is_bdk = True
        return key_type

    def work(self, data, encrypts, fpe):
        """The chaining value and the data."""
        if self.mode in ("10", "11"):
            radix, tweak = fpe
            zero = ord("0") if radix == 10 else 0
            numerals = [byte - zero for byte in data]
            if self.mode == "11":
                numerals = ciphers.ff1(self.key, radix, tweak, numerals, encrypts)
            else:
                numerals = ciphers.bps(self.cipher, radix, (0, 0), numerals, encrypts)
            return b"", bytes(numeral + zero for numeral in numerals)
        return self.run(self.cipher, self.iv, data, encrypts)


def parameters(dice, modes):
    """What FF1 and BPS need, and how it is written."""
    if "10" in modes:
        radix = dice.one_of(list(DIGITS))
        return (radix, b""), DIGITS[radix]
    if "11" not in modes:
        return None, ""
    radix, tweak = dice.one_of(list(DIGITS)), dice.bytes(dice.number(0, 20))
    return (radix, tweak), f"{DIGITS[radix]}{len(tweak):04X}" + tweak.decode("latin-1")


def numerals(dice, fpe, length):
    radix, _ = fpe
    return bytes(dice.number(0, radix - 1) + (ord("0") if radix == 10 else 0) for _ in range(length))


def coded(data, encoding):
    return data.hex().upper() if encoding == "1" else data.decode("latin-1")


def counted(text):
    return f"{len(text):04X}{text}"


def one_way(dice, name, reply_code, encrypts):
    port = dice.one_of(["variant", "aes"])
    side = Side(dice, port, only_decrypts=not encrypts)
    fpe, said = parameters(dice, [side.mode])
    if fpe:
        data = numerals(dice, fpe, dice.number(20, 150))
    else:
        units = dice.one_of([1, 2, dice.number(1, 60)])
        data = dice.bytes(side.unit * units + (dice.chance(10) and side.unit > 1))
    came, goes = dice.one_of("012" if encrypts else "01"), dice.one_of("01" if encrypts else "012")
    request = f"{name}{side.mode}{said}{came}{goes}{side.head}{side.chaining}{counted(coded(data, came))}"
    reply = yield port, request
    if len(data) % side.unit:
        return expect(request, reply, reply_code + "06")
    chain, made = side.work(data, encrypts, fpe)
    expect(request, reply, f"{reply_code}00{chain.hex().upper()}{counted(coded(made, goes))}")


@command
def m0(dice):
    return one_way(dice, "M0", "M1", True)


@command
def m2(dice):
    return one_way(dice, "M2", "M3", False)


@command
def m4(dice):
    port = dice.one_of(["variant", "aes"])
    source = Side(dice, port, True)
    destination = Side(dice, port, False, not source.is_bdk)
    fpe, said = parameters(dice, [source.mode, destination.mode])
    if fpe:
        # What is translated has to be numerals.
        unit = max(source.unit, destination.unit)
        length = -(-dice.number(20, 60) // unit) * unit
        _, data = source.work(numerals(dice, fpe, length), True, fpe)
    else:
        data = dice.bytes(max(source.unit, destination.unit) * dice.number(1, 40))
    came, goes = dice.one_of("01"), dice.one_of("01")
    request = f"M4{source.mode}{destination.mode}{said}{came}{goes}{source.head}{destination.head}"
    request += f"{source.chaining}{destination.chaining}{counted(coded(data, came))}"
    reply = yield port, request
    before, clear = source.work(data, False, fpe)
    after, made = destination.work(clear, True, fpe)
    expect(request, reply, f"M500{before.hex().upper()}{after.hex().upper()}{counted(coded(made, goes))}")


def one_block(dice, name, reply_code, work):
    (key, tak), block = dice.sealed("003"), dice.bytes(8)
    request = f"{name}{tak}{block.hex().upper()}"
    reply = yield "variant", request
    expect(request, reply, f"{reply_code}00{work(key, block).hex().upper()}")


@command
def he(dice):
    return one_block(dice, "HE", "HF", model.encrypt)


@command
def hg(dice):
    return one_block(dice, "HG", "HH", model.decrypt)
