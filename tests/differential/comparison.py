"""PINs under the LMK: BA, NG, JA, QK, JC, JE, JG, BC, BE, CQ, GU."""
import lmk_pins
import model
from case import FORMATS, Card, any_terminal, command, concealed, entered, expect, single_terminal, with_mac

PORTS = ["variant", "aes"]


# Digits of a clear PIN, one more than those of the longest PIN.
CLEAR = 13


@command
def ba(dice):
    card, pin, port = Card(dice), dice.pin(), dice.one_of(PORTS)
    request = f"BA{pin.ljust(CLEAR, 'F')}{card.twelve}"
    reply = yield port, request
    expect(request, reply, "BB00" + lmk_pins.seal(port, pin, card.twelve))


@command
def ng(dice):
    """The reference number behind the PIN is enciphered as nothing public says."""
    card, pin, port = Card(dice), dice.pin(), dice.one_of(PORTS)
    request = f"NG{card.twelve}{lmk_pins.seal(port, pin, card.twelve)}"
    reply = yield port, request
    expect(request, reply[:4 + CLEAR], f"NH00{pin.ljust(CLEAR, 'F')}")
    expect(request, (len(reply) - 4 - CLEAR, reply[4 + CLEAR:].isdecimal()), (12, True))


@command
def ja(dice):
    """What is drawn is not known, but how long it is, and what it is not."""
    card, port, length = Card(dice), dice.one_of(PORTS), dice.number(4, 12)
    request, excluded = f"JA{card.twelve}{length:02}", []
    if dice.chance(30):
        excluded = [dice.digits(length) for _ in range(dice.number(1, 99))]
        request += f"*{len(excluded):02}{length:02}{''.join(excluded)}"
    elif length == 4:
        request = request[:-2]
    reply = yield port, request
    expect(request, reply[:4], "JB00")
    pin = lmk_pins.unseal(port, reply[4:], card.twelve)
    expect(request, reply[4:], lmk_pins.seal(port, pin, card.twelve))
    expect(request, (len(pin), pin in excluded), (length, False))


@command
def qk(dice):
    old, new, pin, port = Card(dice), Card(dice), dice.pin(), dice.one_of(PORTS)
    request = f"QK{lmk_pins.seal(port, pin, old.twelve)}{old.twelve}{new.twelve}"
    reply = yield port, request
    expect(request, reply, "QL00" + lmk_pins.seal(port, pin, new.twelve))


def into_the_lmk(dice, name, reply_code, key_type):
    card = Card(dice)
    key, text = dice.sealed(key_type)
    block = entered(dice, key, card)
    request = f"{name}{text}{block.text}{block.number}{card.field(block.number)}"
    reply = yield "variant", request
    right = block.code or "00" + lmk_pins.seal("variant", block.pin, card.twelve)
    expect(request, reply, reply_code + right)


@command
def jc(dice):
    return into_the_lmk(dice, "JC", "JD", "002")


@command
def je(dice):
    return into_the_lmk(dice, "JE", "JF", "001")


@command
def jg(dice):
    card, number, pin = Card(dice), dice.one_of(FORMATS), dice.pin()
    key, text = dice.sealed("001")
    request = f"JG{text}{number}{card.field(number)}{lmk_pins.seal('variant', pin, card.twelve)}"
    reply = yield "variant", request
    if number == "02" and len(pin) > 6:
        return expect(request, reply, "JH24")
    expect(request, reply[:4], "JH00")
    block = model.decrypt(key, bytes.fromhex(reply[4:]))
    expect(request, model.pin_of_block(number, block, card.twelve, card.leftmost), pin)


def known(dice, card, block, port="variant"):
    """A PIN under the LMK that is mostly that of the block, and whether it is."""
    pin = block.pin if block.pin and dice.chance(80) else dice.pin()
    return lmk_pins.seal(port, pin, card.twelve), lambda entered: "00" if entered == pin else "01"


def by_comparison(dice, name, reply_code, key_type):
    card = Card(dice)
    key, text = dice.sealed(key_type)
    block = entered(dice, key, card)
    sealed, code = known(dice, card, block)
    request = f"{name}{text}{block.text}{block.number}{card.field(block.number)}{sealed}"
    reply = yield "variant", request
    expect(request, reply, reply_code + (block.code or code(block.pin)))


@command
def bc(dice):
    return by_comparison(dice, "BC", "BD", "002")


@command
def be(dice):
    return by_comparison(dice, "BE", "BF", "001")


@command
def cq(dice):
    card = Card(dice)
    bdk, ksn, block = single_terminal(dice, card)
    sealed, code = known(dice, card, block)
    request = f"CQ{bdk}{ksn}{block.text}{card.twelve}{sealed}"
    reply = yield "variant", request
    expect(request, reply, "CR" + concealed(block, code))


@command
def gu(dice):
    card = Card(dice)
    port, bdk, text, ksn, serial, block = any_terminal(dice, card)
    sealed, code = known(dice, card, block, port)
    mode, tail, mac = with_mac(dice, bdk, serial)
    request = f"GU{mode}{text}{ksn}{block.text}{block.number}{card.field(block.number)}{sealed}{tail}"
    reply = yield port, request
    expect(request, reply, "GV" + concealed(block, code) + mac)
