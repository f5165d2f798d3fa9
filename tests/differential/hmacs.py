"""Hashes and HMACs: GM, LQ, LS, and keys of HMACs: L0, LU, LW."""
import hashlib
import hmac

import model
from case import command, expect

# Identifier, name, and key usage of HMAC keys.
HASHES = [("01", "sha1", "61"), ("05", "sha224", "62"), ("06", "sha256", "63"), ("07", "sha384", "64"),
          ("08", "sha512", "65")]


@command
def gm(dice):
    number, name = dice.one_of([(number, name) for number, name, _ in HASHES] + [("02", "md5")])
    data = dice.bytes(dice.one_of([0, 1, 55, 56, 63, 64, 111, 112, 128, dice.number(1, 5000)]))
    request = f"GM{number}{len(data):05}" + data.decode("latin-1")
    reply = yield "variant", request
    expect(request, reply, "GN00" + hashlib.new(name, data).digest().decode("latin-1"))


class Keyed:
    """An HMAC key, its text with what stands around it, and the code of a use."""

    def __init__(self, dice, needs):
        self.number, self.name, usage = dice.one_of(HASHES)
        self.digest = hashlib.new(self.name).digest_size
        self.key = dice.bytes(dice.number(self.digest // 2, 128))
        self.port, self.mode = dice.one_of(["variant", "aes"]), dice.one_of("CCGV")
        if self.port == "variant":
            sealed = model.seal_hmac(self.key, usage, self.mode).decode("latin-1")
            self.hash, self.text = self.number, f"00{len(sealed):04}{sealed};"
        else:
            block = model.seal_block(usage, "H", self.key, dice.bytes(16), self.mode)
            self.hash, self.text = "FF", "04FFFF" + block[1:]
        self.refusal = {"variant": "06", "aes": "A8"}[self.port] if self.mode not in "C" + needs else ""

    def hmac(self, data, length):
        return hmac.new(self.key, data, self.name).digest()[:length]


def message(dice, keyed):
    length = dice.number(keyed.digest // 2, keyed.digest)
    data = dice.bytes(dice.number(0, 300))
    return length, data, f"{len(data):05}" + data.decode("latin-1")


@command
def lq(dice):
    keyed = Keyed(dice, "G")
    length, data, text = message(dice, keyed)
    request = f"LQ{keyed.hash}{length:04}{keyed.text}{text}"
    reply = yield keyed.port, request
    made = f"00{length:04}" + keyed.hmac(data, length).decode("latin-1")
    expect(request, reply, "LR" + (keyed.refusal or made))


@command
def ls(dice):
    keyed = Keyed(dice, "V")
    length, data, text = message(dice, keyed)
    right = keyed.hmac(data, length)
    given = right if dice.chance(70) else dice.bytes(length)
    request = f"LS{keyed.hash}{length:04}{given.decode('latin-1')}{keyed.text}{text}"
    reply = yield keyed.port, request
    expect(request, reply, "LT" + (keyed.refusal or ("00" if given == right else "01")))


PURPOSES = {"01": "G", "02": "V", "03": "C"}


@command
def l0(dice):
    """A key that is made makes an HMAC and verifies it, or is refused either."""
    number, name, _ = dice.one_of(HASHES)
    digest, purpose = hashlib.new(name).digest_size, dice.one_of(list(PURPOSES))
    bytes_ = dice.number(digest // 2, 128)
    request = f"L0{number}{purpose}{bytes_:04}00"
    reply = yield "variant", request
    size = 8 + (3 + bytes_ + 7) // 8 * 8
    expect(request, (reply[:8], len(reply)), (f"L100{size:04}", 8 + size))
    key = f"00{reply[4:]};00005HMACs"
    request = f"LQ{number}{digest:04}{key}"
    reply = yield "variant", request
    if purpose == "02":
        return expect(request, reply, "LR06")
    request = f"LS{number}{digest:04}{reply[8:]}{key}"
    reply = yield "variant", request
    expect(request, reply, "LT06" if purpose == "01" else "LT00")


def moved(dice, name, reply_code, imports):
    _, hash_name, usage = dice.one_of(HASHES)
    key = dice.bytes(dice.number(hashlib.new(hash_name).digest_size // 2, 128))
    zmk, text = dice.sealed("000", (16, 24))
    mode = dice.one_of(list(PURPOSES.values()))
    sides = [model.seal_hmac(key, usage, mode), model.seal_hmac(key, usage, mode, zmk, b"HMAC key transport")]
    here, there = [f"{len(sealed):04}{sealed.decode('latin-1')}" for sealed in sides]
    request = f"{name}{text}{there if imports else here};0000"
    reply = yield "variant", request
    expect(request, reply, f"{reply_code}00{here if imports else there}")


@command
def lu(dice):
    return moved(dice, "LU", "LV", True)


@command
def lw(dice):
    return moved(dice, "LW", "LX", False)
