"""Card verification values: CW, CY, PM."""
import model
from case import command, expect


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


def master_key(dice, key_type, usage):
    """Port, key, text."""
    if dice.chance(50):
        return "variant", *dice.pair(key_type)
    return "aes", *dice.in_block(usage, "T", 16)


def judged(given, value):
    """The reply to a value: the right one where that is wrong, as diagnostics are authorised."""
    return "PN00" if given == value else "PN01" + value


def visa(dice):
    port, master, text = master_key(dice, "109", "E0")
    pan, expiry, service = dice.digits(dice.number(1, 19)), dice.digits(4), dice.digits(3)
    option, counter, given = dice.one_of("AB"), dice.digits(6), dice.digits(3)
    value = model.dcvv(model.card_key(master, pan, "00", option), pan, counter, expiry, service)
    if dice.chance(70):
        given = value
    request = f"PM0{dice.digits(1)}{text}{option}{pan};{expiry}{service}{counter}{given}"
    reply = yield port, request
    expect(request, reply, "PN15" if len(pan) < 4 else judged(given, value))


def track_2(dice, pan):
    """Account number, separator, expiry date, service code and discretionary data; some are too short."""
    digits = f"{pan}D{dice.digits(dice.number(15, 28) if dice.chance(90) else dice.number(0, 30))}F"
    return bytes.fromhex(digits + "F" * (len(digits) % 2))


def mastercard(dice):
    port, master, text = master_key(dice, "709", "32")
    option, pan, sequence = dice.one_of("AB"), dice.digits(dice.number(1, 19)), dice.digits(2)
    track, unpredictable = track_2(dice, pan), dice.bytes(4)
    counter = dice.number(0, 65535) if dice.chance(95) else dice.number(65536, 99999)
    static, known = model.without_dynamic_digits(track), dice.number(1, 5)
    given, expected = dice.digits(known), "PN15"
    if static and counter < 1 << 16:
        key = model.card_key(master, pan, sequence, option)
        value = model.cvc3(key, static, unpredictable, counter)[-known:]
        given = value if dice.chance(70) else given
        expected = judged(given, value)
    request = f"PM1{dice.digits(1)}{text}{option}{pan};{sequence}{len(track):03}{track.decode('latin-1')}"
    request += f"{unpredictable.hex().upper()}{counter:05}{given.rjust(5, 'X')}"
    reply = yield port, request
    expect(request, reply, expected)


@command
def pm(dice):
    return dice.one_of([visa, mastercard])(dice)
