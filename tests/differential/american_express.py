"""Card security codes of American Express and their keys: RY."""
import model
from case import command, expect

# Kinds of check value, and how many digits they have.
CHECKS = {"": 16, "0": 16, "1": 6}


class Csck:
    """A key for codes under the variant LMK."""

    def __init__(self, dice):
        self.key = dice.key(16)
        self.scheme = dice.one_of(["none", "U", "X"])
        self.text = model.seal("402", self.key, self.scheme)


def options(dice):
    """Schemes under ZMK and LMK, digits of the check value, and the field; the schemes may be left out."""
    if dice.chance(30):
        return "0", "0", 16, ""
    transport, lmk, check = dice.one_of("0UX"), dice.one_of("0UX"), dice.one_of("01")
    return transport, lmk, CHECKS[check], f";{transport}{lmk}{check}"


def scheme(stated, came):
    """The scheme that a key gets: 0 leaves it as it came, but an X9.17 one."""
    return stated if stated != "0" else {"X": "U"}.get(came, came)


def by_zmk(dice):
    """A ZMK as it protects keys: its text and Atalla variant, and the key."""
    zmk, text = dice.sealed("000", (16, 24))
    variant = dice.one_of([None, None, dice.number(0, 9), dice.number(10, 31)])
    return (text, "", zmk) if variant is None else (text, str(variant), model.atalla(zmk, variant))


def generate(dice):
    _, lmk, digits, field = options(dice)
    request = f"RY0{field}"
    reply = yield "variant", request
    text = reply[5:-digits]
    expect(request, (reply[:5], text[0] if text[0] in "UX" else "none"), ("RZ000", scheme(lmk, "none")))
    key = model.unseal("402", text)
    expect(request, reply[-digits:], model.check_value(key)[:digits])
    expect(request, model.odd_parity(key), key)


def export(dice):
    csck = Csck(dice)
    zmk, variant, protecting = by_zmk(dice)
    transport, _, digits, field = options(dice)
    request = f"RY1{zmk}{csck.text}{variant}{field}"
    reply = yield "variant", request
    sent = model.seal_under(protecting, csck.key, scheme(transport, csck.scheme))
    expect(request, reply, f"RZ001{sent}{model.check_value(csck.key)[:digits]}")


def bring_in(dice):
    came, (zmk, variant, protecting) = dice.one_of(["none", "U", "X"]), by_zmk(dice)
    _, lmk, digits, field = options(dice)
    key = dice.bytes(16) if dice.chance(15) else dice.key(16)
    if dice.chance(3):
        key = bytes(16)
    odd = model.odd_parity(key)
    request = f"RY2{zmk}{model.seal_under(protecting, key, came)}{variant}{field}"
    reply = yield "variant", request
    if not any(key):
        return expect(request, reply, "RZ02")
    code, kept = "00" if key == odd else "01", model.seal("402", odd, scheme(lmk, came))
    expect(request, reply, f"RZ{code}2{kept}{model.check_value(key)[:digits]}")


class Card:
    """A card, the key for its codes, and the codes; none for a card of somebody else."""

    def __init__(self, dice):
        self.port, version = dice.one_of(["variant", "aes"]), dice.one_of("023")
        if self.port == "variant":
            csck = Csck(dice)
            key, text = csck.key, csck.text
        else:
            key, text = dice.in_block(dice.one_of(["C0", "11"]), "T", 16)
        account = dice.one_of(["34", "37"]) + dice.digits(dice.number(12, 17))
        if dice.chance(5):
            account = "36" + account[2:]
        expiry, service = dice.digits(4), None if version == "0" else dice.digits(3)
        self.shows_three, self.codes = version == "3", None
        if account[:2] != "36":
            block = model.american_express(key, account, expiry, service)
            self.codes = model.security_codes(block)
        self.fields = f"{version}{text}{account.ljust(19, '0')}{expiry}{service or ''}"


def calculate(dice):
    card = Card(dice)
    request = f"RY3{card.fields}"
    reply = yield card.port, request
    if card.codes is None:
        return expect(request, reply, "RZ15")
    expect(request, reply, "RZ003" + "".join(card.codes[2:] if card.shows_three else card.codes))


def verify(dice):
    card = Card(dice)
    sent, outcomes = "", ""
    for right in card.codes or ("00000", "0000", "000"):
        code = dice.one_of([right, right, dice.digits(len(right)), "F" * len(right)])
        sent += code
        outcomes += "0" if code == right else "1" if code[0] == "F" else "2"
    request = f"RY4{card.fields}{sent}"
    reply = yield card.port, request
    if card.codes is None:
        return expect(request, reply, "RZ15")
    expect(request, reply, f"RZ{'01' if '2' in outcomes else '00'}4{outcomes}")


@command
def ry(dice):
    return dice.one_of([generate, export, bring_in, calculate, verify])(dice)
