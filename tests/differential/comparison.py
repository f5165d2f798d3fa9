"""PINs under the LMK, and card verification values: JC, JE, JG, BC, BE, CQ, GU, CW, CY."""
import model
from case import (
    FORMATS, Card, any_terminal, command, concealed, entered, expect, from_lmk, single_terminal, to_lmk, with_mac)


def into_the_lmk(dice, name, reply_code, key_type):
    card = Card(dice)
    key, text = dice.sealed(key_type)
    block = entered(dice, key, card)
    request = f"{name}{text}{block.text}{block.number}{card.field(block.number)}"
    reply = yield "variant", request
    expect(request, reply[:4], reply_code + (block.code or "00"))
    if not block.code:
        expect(request, (yield from from_lmk(dice, card, reply[4:])), block.pin)


@command
def jc(dice):
    return into_the_lmk(dice, "JC", "JD", "002")


@command
def je(dice):
    return into_the_lmk(dice, "JE", "JF", "001")


@command
def jg(dice):
    card, number, pin = Card(dice), dice.one_of(FORMATS), dice.pin()
    sealed = yield from to_lmk(dice, card, pin)
    key, text = dice.sealed("001")
    request = f"JG{text}{number}{card.field(number)}{sealed}"
    reply = yield "variant", request
    if number == "02" and len(pin) > 6:
        return expect(request, reply, "JH24")
    expect(request, reply[:4], "JH00")
    block = model.decrypt(key, bytes.fromhex(reply[4:]))
    expect(request, model.pin_of_block(number, block, card.twelve, card.leftmost), pin)


def known(dice, card, block):
    """A PIN under the LMK that is mostly that of the block, and whether it is."""
    pin = block.pin if block.pin and dice.chance(80) else dice.pin()
    sealed = yield from to_lmk(dice, card, pin)
    return sealed, lambda entered: "00" if entered == pin else "01"


def by_comparison(dice, name, reply_code, key_type):
    card = Card(dice)
    key, text = dice.sealed(key_type)
    block = entered(dice, key, card)
    sealed, code = yield from known(dice, card, block)
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
    sealed, code = yield from known(dice, card, block)
    request = f"CQ{bdk}{ksn}{block.text}{card.twelve}{sealed}"
    reply = yield "variant", request
    expect(request, reply, "CR" + concealed(block, code))


@command
def gu(dice):
    card = Card(dice)
    port, bdk, text, ksn, serial, block = any_terminal(dice, card)
    if port == "aes":
        # The PIN under an AES LMK comes from GU's own kind of block: under an AES key.
        key, zpk = dice.in_block("P0", "T", 16)
        pin = block.pin if block.pin and dice.chance(80) else dice.pin()
        clear = model.clear_block("01", pin, card.twelve, "", dice.digits)
        request = f"JE{zpk}{model.encrypt(key, clear).hex().upper()}01{card.twelve}"
        reply = yield port, request
        expect(request, reply[:5], "JF00J")
        sealed, code = reply[4:], lambda entered: "00" if entered == pin else "01"
    else:
        sealed, code = yield from known(dice, card, block)
    mode, tail, mac = with_mac(dice, bdk, serial)
    request = f"GU{mode}{text}{ksn}{block.text}{block.number}{card.field(block.number)}{sealed}{tail}"
    reply = yield port, request
    expect(request, reply, "GV" + concealed(block, code) + mac)


def card_data(dice):
    key, text = dice.pair("402")
    pan, expiry, service = dice.digits(dice.number(1, 19)), dice.digits(4), dice.digits(3)
    return text, model.cvv(key, pan, expiry, service), f"{pan};{expiry}{service}"


@command
def cw(dice):
    cvk, value, data = card_data(dice)
    request = f"CW{cvk}{data}"
    reply = yield "variant", request
    expect(request, reply, "CX00" + value)


@command
def cy(dice):
    cvk, value, data = card_data(dice)
    given = value if dice.chance(70) else dice.digits(3)
    request = f"CY{cvk}{given}{data}"
    reply = yield "variant", request
    expect(request, reply, "CZ" + ("00" if given == value else "01"))
