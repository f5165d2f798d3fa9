"""What cases are made of: dice, cards, PIN blocks as they come.

A case is a generator: it yields a port (`variant` or `aes`) and a message, is given the reply, and compares it
with what the model says. About one PIN block in five is spoiled: another account number, another format, or
noise; what it holds then, and so what the reply must be, is decided by the model.
"""
import model
from model import NoPin

HEX = "0123456789ABCDEF"
FORMATS = ["01", "02", "03", "04", "05", "47"]
COMMANDS = {}


class Wrong(Exception):
    """A reply that the model does not agree with."""


def command(cases):
    COMMANDS[cases.__name__.upper()] = cases
    return cases


def expect(request, reply, expected):
    if reply != expected:
        raise Wrong(f"{request!a}\n  answered {reply!a}\n  expected {expected!a}")


class Dice:
    """What a case draws."""

    def __init__(self, random):
        self.random = random
        self.one_of = random.choice
        self.number = random.randint

    def digits(self, count, alphabet="0123456789"):
        return "".join(self.random.choices(alphabet, k=count))

    def bytes(self, count):
        return self.random.randbytes(count)

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def key(self, length):
        return model.odd_parity(self.bytes(length))

    def sealed(self, key_type, lengths=(8, 16, 24), bare="none"):
        """A key and its text under the variant LMK; `bare` is the scheme of 32 digits without a letter."""
        key = self.key(self.one_of(lengths))
        schemes = {8: [""], 16: ["U", "X"] + [bare] * (bare != "none"), 24: ["T", "Y"]}
        return key, model.seal(key_type, key, self.one_of(schemes[len(key)]))

    def pair(self, key_type):
        """A double-length key where no other will do."""
        key = self.key(16)
        return key, model.seal(key_type, key, self.one_of(["U", "X", "none"]))

    def in_block(self, usage, algorithm, length):
        """A key in a key block under the AES LMK."""
        key = self.bytes(length) if algorithm == "A" else self.key(length)
        return key, model.seal_block(usage, algorithm, key, self.bytes(16))

    def pin(self, longest=12):
        return self.digits(self.number(4, longest) if self.chance(50) else 4)

    def pan(self):
        return self.digits(self.number(13, 19))

    def ksn(self, digits=20):
        """A serial number, also with counters that no terminal reaches."""
        head = self.digits(digits - 6, HEX)
        counter = self.one_of([1, 0x1FF800, 0x1FFFFF, self.number(1, 0x1FFFFF), 1 << self.number(0, 20)])
        return f"{head}{self.number(0, 7) << 21 | counter:06X}"

    def aes_ksn(self):
        counter = self.one_of([1, 0xFFFF0000, self.number(1, 0xFFFFFFFF), 1 << self.number(0, 31)])
        return f"{self.digits(16, HEX)}{counter:08X}"

    def table(self):
        digits = list("0123456789") + self.random.sample("001122334455667788", 6)
        self.random.shuffle(digits)
        return "".join(digits)

    def validation_data(self, account12):
        """The field, and the sixteen digits that it stands for."""
        if self.chance(20):
            full = self.digits(16, HEX)
            return "P" + full, full
        at, digits = self.number(0, 11), self.digits(11, HEX)
        return f"{digits[:at]}N{digits[at:]}", digits[:at] + account12[-5:] + digits[at:]


class Card:
    """An account number in its forms."""

    def __init__(self, dice, pan=None):
        self.pan = pan or dice.pan()
        self.twelve = self.pan[:-1][-12:]
        self.leftmost = self.pan[:12]

    def field(self, *formats):
        if "48" in formats:
            return self.pan + ";"
        return self.pan[:-1].rjust(18, "F") if "04" in formats else self.twelve


class Entered:
    """A PIN block as it comes: mostly right. `code` says what it holds if it is no PIN."""

    def __init__(self, dice, seal, unseal, card, pin, number):
        self.number, self.pin, self.code = number, pin, None
        other = Card(dice)
        if dice.chance(80) or number == "48":
            owner, inside = card, number
        else:
            owner, inside = (other, number) if dice.chance(30) else (card, dice.one_of(FORMATS))
        if inside == "02" and len(pin) > 6:
            self.pin = pin = pin[:6]
        if number == "48":
            block = seal(pin)
        else:
            block = seal(model.clear_block(inside, pin, owner.twelve, owner.leftmost, dice.digits))
        if dice.chance(5):
            block = dice.bytes(len(block))
        self.text = block.hex().upper()
        try:
            if number == "48":
                self.pin = unseal(block)
            else:
                self.pin = model.pin_of_block(number, unseal(block), card.twelve, card.leftmost)
        except NoPin as refusal:
            self.pin, self.code = None, refusal.args[0]


def under(key):
    return lambda clear: model.encrypt(key, clear), lambda block: model.decrypt(key, block)


def under_aes(dice, key, card):
    return (
        lambda pin: model.seal_format_48(key, pin, card.pan, dice.bytes(8)),
        lambda block: model.open_format_48(key, block, card.pan))


def under_single(key):
    return (
        lambda clear: model.special_encrypt(key, clear), lambda block: model.special_decrypt(key, block))


def entered(dice, key, card, formats=FORMATS):
    return Entered(dice, *under(key), card, dice.pin(), dice.one_of(formats))


def concealed(block, code):
    """The code where a block without a PIN answers as a wrong PIN does."""
    if block.code:
        return "01"
    return "01" if code(block.pin) == "24" else code(block.pin)


TERMINAL = ["01", "04", "05", "47"]


# Kinds of base derivation keys under the variant LMK: what a command has in front of each, and the key type.
BDKS = [("", "009"), ("*", "009"), ("~", "609"), ("!", "909")]


def terminal(dice, card):
    """A terminal under the variant LMK: its key and serial number, and a PIN block of it."""
    flag, key_type = dice.one_of(BDKS)
    bdk, text = dice.sealed(key_type, (16, 24))
    digits = dice.one_of([16, 20])
    ksn = dice.ksn(digits)
    while ksn.startswith("FFFF"):
        ksn = dice.ksn(digits)
    descriptor = {16: "605", 20: "A05"}[digits]
    block = entered(dice, model.dukpt_pin_key(bdk, ksn), card, TERMINAL)
    return bdk, flag + text, descriptor + ksn, ksn, block


def next_terminal(dice):
    """A terminal that a PIN goes to: its key with the flag that it needs, its serial number, the PIN key."""
    flag, key_type = dice.one_of(BDKS[1:])
    bdk, text = dice.sealed(key_type, (16, 24))
    ksn = dice.ksn()
    return flag + text, "A05" + ksn, model.dukpt_pin_key(bdk, ksn)


def aes_terminal(dice, card):
    """The same with AES DUKPT: blocks of format 48, or others under a triple DES key."""
    bdk, text = dice.in_block("B0", "A", dice.one_of([16, 24, 32]))
    ksn, number = dice.aes_ksn(), dice.one_of(["48", "48", "01", "47"])
    if number == "48":
        key = model.aes_dukpt_key(bdk, ksn, 0x1000, f"AES{8 * len(bdk)}")
        seal, unseal = under_aes(dice, key, card)
    else:
        seal, unseal = under(model.aes_dukpt_key(bdk, ksn, 0x1000, "2TDEA"))
    block = Entered(dice, seal, unseal, card, dice.pin(), number)
    return bdk, text, "A08" + ksn, ksn, block


def single_terminal(dice, card):
    """A terminal of X9.24-1998: key, descriptor and serial number, block."""
    bdk, text = dice.pair("009")
    ksn = dice.ksn()
    key = model.single_pin_key(bdk, ksn)
    return text, "A05" + ksn, Entered(dice, *under_single(key), card, dice.pin(), "01")


def with_mac(dice, bdk, ksn):
    """Mode fields, MAC fields, and the code for the MAC."""
    if dice.chance(50):
        return "0", "", ""
    message = dice.bytes(dice.number(1, 80))
    if len(ksn) == 24:
        method, key = dice.one_of("45"), model.aes_dukpt_key(bdk, ksn, 0x2000, f"AES{8 * len(bdk)}")
        mac = model.cmac(key, message)
    else:
        method = dice.one_of("12")
        mac = model.retail_mac(model.dukpt_mac_key(bdk, ksn), message)
    part = dice.one_of("123")
    mac = {"1": mac, "2": mac[:4], "3": mac[4:]}[part]
    wrong = dice.chance(20)
    if wrong:
        mac = model.xor(mac, bytes(len(mac) - 1) + b"\x01")
    tail = f"{mac.hex().upper()}{len(message):04}" + message.decode("latin-1")
    return f"1{part}{method}", tail, "01" if wrong else "00"


def any_terminal(dice, card):
    """Port, base key, text, serial number field, serial number, block."""
    if dice.chance(70):
        return "variant", *terminal(dice, card)
    return "aes", *aes_terminal(dice, card)


def zone_key(dice, card, number):
    """A ZPK for blocks of a format, in a key block: how it seals and opens, and its text."""
    if number == "48":
        key, text = dice.in_block("72", "A", dice.one_of([16, 24, 32]))
        return *under_aes(dice, key, card), text
    key, text = dice.in_block("P0", "T", dice.one_of([16, 24]))
    return *under(key), text
