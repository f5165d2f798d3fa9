"""IBM 3624 offsets: DA, EA, CK, GO, BK, DU, EE, DE."""
import lmk_pins
import model
from case import Card, command, concealed, entered, expect, single_terminal, terminal, with_mac


class Offsets:
    """A PVK and what stands beside it, for one account number."""

    def __init__(self, dice, account12, length):
        self.pvk, self.text = dice.sealed("002")
        self.table = dice.table()
        validation, self.data = dice.validation_data(account12)
        self.check = dice.number(4, min(length, 12))
        self.success = "00" if len(self.pvk) == 8 else "02"
        self.fields = model.seal_table(self.table) + validation

    def field(self, pin):
        """The offset of the digits that count, as devices have it unless they are told otherwise."""
        digits = pin[:self.check]
        return model.offset_of(self.pvk, self.data, self.table, digits).ljust(12, "F")

    def given(self, dice, pin):
        """The offset of a PIN, mostly."""
        field = self.field(pin or dice.pin().ljust(12, "0"))
        if dice.chance(80):
            return field
        at = dice.number(0, self.check - 1)
        return field[:at] + dice.digits(1) + field[at + 1:]

    def code(self, pin, offset):
        """What a command answers to a PIN that is one."""
        if len(pin) < self.check:
            return "24"
        expected = model.pin_of_offset(self.pvk, self.data, self.table, offset[:self.check])
        return self.success if pin[:self.check] == expected else "01"


def by_offset(dice, name, reply_code, key_type):
    card = Card(dice)
    key, key_text = dice.sealed(key_type)
    block = entered(dice, key, card)
    offsets = Offsets(dice, card.twelve, len(block.pin or "1234") + dice.chance(5))
    offset = offsets.given(dice, block.pin)
    request = f"{name}{key_text}{offsets.text}12{block.text}{block.number}{offsets.check:02}"
    request += card.field(block.number) + offsets.fields + offset
    reply = yield "variant", request
    expect(request, reply, reply_code + (block.code or offsets.code(block.pin, offset)))


@command
def da(dice):
    return by_offset(dice, "DA", "DB", "002")


@command
def ea(dice):
    return by_offset(dice, "EA", "EB", "001")


@command
def ck(dice):
    card = Card(dice)
    bdk, ksn, block = single_terminal(dice, card)
    offsets = Offsets(dice, card.twelve, len(block.pin or "1234") + dice.chance(5))
    offset = offsets.given(dice, block.pin)
    request = f"CK{bdk}{offsets.text}{ksn}{block.text}{offsets.check:02}"
    request += card.twelve + offsets.fields + offset
    reply = yield "variant", request
    expect(request, reply, "CL" + concealed(block, lambda pin: offsets.code(pin, offset)))


@command
def go(dice):
    card = Card(dice)
    bdk, text, ksn, serial, block = terminal(dice, card)
    offsets = Offsets(dice, card.twelve, len(block.pin or "1234") + dice.chance(5))
    offset = offsets.given(dice, block.pin)
    mode, tail, mac = with_mac(dice, bdk, serial)
    request = f"GO{mode}{text}{offsets.text}{ksn}{block.text}{block.number}{offsets.check:02}"
    request += card.field(block.number) + offsets.fields + offset + tail
    reply = yield "variant", request
    expect(request, reply, "GP" + concealed(block, lambda pin: offsets.code(pin, offset)) + mac)


@command
def bk(dice):
    card = Card(dice)
    key_type = dice.one_of(["001", "002"])
    key, text = dice.sealed(key_type)
    block = entered(dice, key, card)
    offsets = Offsets(dice, card.twelve, len(block.pin or "1234") + dice.chance(5))
    request = f"BK{key_type}{text}{offsets.text}{block.text}{block.number}{offsets.check:02}"
    request += card.field(block.number) + offsets.fields
    reply = yield "variant", request
    if block.code or len(block.pin) < offsets.check:
        expect(request, reply, "BL" + (block.code or "24"))
    else:
        expect(request, reply, "BL" + offsets.success + offsets.field(block.pin))


@command
def du(dice):
    card = Card(dice)
    key_type = dice.one_of(["001", "002"])
    key, text = dice.sealed(key_type)
    block = entered(dice, key, card)
    new = entered(dice, key, card, [block.number])
    offsets = Offsets(dice, card.twelve, len(block.pin or "1234") + dice.chance(5))
    offset = offsets.given(dice, block.pin)
    request = f"DU{key_type}{text}{offsets.text}{block.text}{block.number}{offsets.check:02}"
    request += card.field(block.number) + offsets.fields + offset + new.text
    reply = yield "variant", request
    code = block.code or offsets.code(block.pin, offset)
    if code == offsets.success:
        code = new.code or ("24" if len(new.pin) < offsets.check else code + offsets.field(new.pin))
    expect(request, reply, "DV" + code)


@command
def ee(dice):
    card = Card(dice)
    pin = dice.pin()
    offsets = Offsets(dice, card.twelve, len(pin))
    offset = dice.digits(len(pin))
    request = f"EE{offsets.text}{offset.ljust(12, 'F')}{offsets.check:02}{card.twelve}{offsets.fields}"
    reply = yield "variant", request
    derived = model.pin_of_offset(offsets.pvk, offsets.data, offsets.table, offset)
    expect(request, reply, f"EF{offsets.success}{lmk_pins.seal('variant', derived, card.twelve)}")


@command
def de(dice):
    card = Card(dice)
    pin = dice.pin()
    offsets = Offsets(dice, card.twelve, len(pin))
    sealed = lmk_pins.seal("variant", pin, card.twelve)
    request = f"DE{offsets.text}{sealed}{offsets.check:02}{card.twelve}{offsets.fields}"
    reply = yield "variant", request
    expect(request, reply, "DF" + offsets.success + offsets.field(pin))
