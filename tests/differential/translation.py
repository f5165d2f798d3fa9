"""Translation of PINs: CA, CC, G0, CI."""
import model
from case import (
    FORMATS, Card, Entered, Wrong, aes_terminal, command, entered, expect, next_terminal, single_terminal, terminal,
    under, zone_key)
from model import NoPin


def expect_translated(request, reply, code, source, number, unseal, card):
    """A reply of CA, CC, G0, CI: the PIN has to come out of the new block."""
    if not source.code and number == "02" and len(source.pin) > 6:
        return expect(request, reply, code + "24")
    if source.code:
        return expect(request, reply, code + source.code)
    size = 32 if number == "48" else 16
    expect(request, reply[:6] + reply[6 + size:], f"{code}00{len(source.pin):02}{number}")
    block = bytes.fromhex(reply[6:6 + size])
    try:
        pin = unseal(block) if number == "48" else model.pin_of_block(
            number, unseal(block), card.twelve, card.leftmost)
    except NoPin as none:
        raise Wrong(f"{request!a}\n  answered {reply!a}, in which there is no PIN: {none}") from none
    expect(request, pin, source.pin)


@command
def ca(dice):
    card = Card(dice)
    (tpk, tpk_text), (zpk, zpk_text) = dice.sealed("002"), dice.sealed("001")
    block, number = entered(dice, tpk, card), dice.one_of(FORMATS)
    destination, unseal = zpk_text, under(zpk)[1]
    if dice.chance(30):
        bdk, ksn, key = next_terminal(dice)
        destination, unseal = bdk + ksn, under(key)[1]
    request = f"CA{tpk_text}{destination}12{block.text}{block.number}{number}"
    request += card.field(block.number, number)
    reply = yield "variant", request
    expect_translated(request, reply, "CB", block, number, unseal, card)


@command
def cc(dice):
    card = Card(dice)
    if dice.chance(70):
        (first, source), (second, destination) = dice.sealed("001"), dice.sealed("001")
        block, number, port = entered(dice, first, card), dice.one_of(FORMATS), "variant"
        unseal = under(second)[1]
    else:
        numbers, port = ["48", dice.one_of(["01", "47", "05", "48"])], "aes"
        dice.random.shuffle(numbers)
        incoming, number = numbers
        seal, unseal, source = zone_key(dice, card, incoming)
        block = Entered(dice, seal, unseal, card, dice.pin(), incoming)
        _, unseal, destination = zone_key(dice, card, number)
    request = f"CC{source}{destination}12{block.text}{block.number}{number}"
    request += card.field(block.number, number)
    reply = yield port, request
    expect_translated(request, reply, "CD", block, number, unseal, card)


@command
def g0(dice):
    card = Card(dice)
    if dice.chance(60):
        _, bdk, ksn, _, block = terminal(dice, card)
        number, port = dice.one_of(FORMATS), "variant"
        zpk, destination = dice.sealed("001")
        unseal, second = under(zpk)[1], ""
        if dice.chance(30):
            destination, second, key = next_terminal(dice)
            unseal = under(key)[1]
    else:
        _, bdk, ksn, _, block = aes_terminal(dice, card)
        number, port, second = dice.one_of(["48", "01", "47"]), "aes", ""
        _, unseal, destination = zone_key(dice, card, number)
    request = f"G0{bdk}{destination}{ksn}{second}{block.text}{block.number}{number}"
    request += card.field(block.number, number)
    reply = yield port, request
    expect_translated(request, reply, "G1", block, number, unseal, card)


@command
def ci(dice):
    card, number = Card(dice), dice.one_of(["01", "04"])
    bdk, ksn, block = single_terminal(dice, card)
    zpk, text = dice.sealed("001")
    request = f"CI{bdk}{text}{ksn}{block.text}{number}{card.field(number)}"
    reply = yield "variant", request
    expect_translated(request, reply, "CJ", block, number, under(zpk)[1], card)
