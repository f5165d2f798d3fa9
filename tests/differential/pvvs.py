"""Visa PVVs: DC, EC, CM, GQ, FW, CU, DG."""
import lmk_pins
import model
from case import Card, any_terminal, command, concealed, entered, expect, single_terminal, with_mac


class Pvvs:
    """A PVK pair for one account number."""

    def __init__(self, dice, account12, port="variant"):
        self.account12, self.indicator = account12, dice.digits(1)
        if port == "aes":
            self.pvk, self.text = dice.in_block("V2", "T", 16)
        else:
            self.pvk, self.text = dice.pair("002")

    def of(self, pin):
        return model.pvv(self.pvk, self.account12, self.indicator, pin)

    def given(self, dice, pin):
        return self.of(pin) if pin and dice.chance(80) else dice.digits(4)

    def code(self, pin, value):
        return "00" if self.of(pin) == value else "01"


def by_pvv(dice, name, reply_code, key_type):
    card = Card(dice)
    key, key_text = dice.sealed(key_type)
    block, pvvs = entered(dice, key, card), Pvvs(dice, card.twelve)
    value = pvvs.given(dice, block.pin)
    request = f"{name}{key_text}{pvvs.text}{block.text}{block.number}"
    request += card.field(block.number) + pvvs.indicator + value
    reply = yield "variant", request
    expect(request, reply, reply_code + (block.code or pvvs.code(block.pin, value)))


@command
def dc(dice):
    return by_pvv(dice, "DC", "DD", "002")


@command
def ec(dice):
    return by_pvv(dice, "EC", "ED", "001")


@command
def cm(dice):
    card = Card(dice)
    bdk, ksn, block = single_terminal(dice, card)
    pvvs = Pvvs(dice, card.twelve)
    value = pvvs.given(dice, block.pin)
    request = f"CM{bdk}{pvvs.text}{ksn}{block.text}{card.twelve}{pvvs.indicator}{value}"
    reply = yield "variant", request
    expect(request, reply, "CN" + concealed(block, lambda pin: pvvs.code(pin, value)))


@command
def gq(dice):
    card = Card(dice)
    port, bdk, text, ksn, serial, block = any_terminal(dice, card)
    pvvs = Pvvs(dice, card.twelve, port)
    value = pvvs.given(dice, block.pin)
    mode, tail, mac = with_mac(dice, bdk, serial)
    request = f"GQ{mode}{text}{pvvs.text}{ksn}{block.text}{block.number}"
    request += card.field(block.number) + pvvs.indicator + value + tail
    reply = yield port, request
    expect(request, reply, "GR" + concealed(block, lambda pin: pvvs.code(pin, value)) + mac)


@command
def fw(dice):
    card = Card(dice)
    key_type = dice.one_of(["001", "002"])
    key, text = dice.sealed(key_type)
    block, pvvs = entered(dice, key, card), Pvvs(dice, card.twelve)
    request = f"FW{key_type}{text}{pvvs.text}{block.text}{block.number}"
    request += card.field(block.number) + pvvs.indicator
    reply = yield "variant", request
    expect(request, reply, "FX" + (block.code or "00" + pvvs.of(block.pin)))


@command
def cu(dice):
    card = Card(dice)
    key_type = dice.one_of(["001", "002"])
    key, text = dice.sealed(key_type)
    block, pvvs = entered(dice, key, card), Pvvs(dice, card.twelve)
    new = entered(dice, key, card, [block.number])
    value = pvvs.given(dice, block.pin)
    request = f"CU{key_type}{text}{pvvs.text}{block.text}{block.number}"
    request += card.field(block.number) + pvvs.indicator + value + new.text
    reply = yield "variant", request
    code = block.code or pvvs.code(block.pin, value)
    if code == "00":
        code = new.code or "00" + pvvs.of(new.pin)
    expect(request, reply, "CV" + code)


@command
def dg(dice):
    card = Card(dice)
    pin, pvvs = dice.pin(), Pvvs(dice, card.twelve)
    sealed = lmk_pins.seal("variant", pin, card.twelve)
    request = f"DG{pvvs.text}{sealed}{card.twelve}{pvvs.indicator}"
    reply = yield "variant", request
    expect(request, reply, "DH00" + pvvs.of(pin))
