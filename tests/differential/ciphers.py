"""Modes of operation over a block cipher that is two functions: how it encrypts and how it decrypts a block."""
import math

import model
from model import xor


class Cipher:
    def __init__(self, key, algorithm):
        if algorithm == "A":
            self.size, self.encrypt, self.decrypt = 16, model.aes(key).encrypt, model.aes(key).decrypt
        else:
            self.size = 8
            self.encrypt = lambda block: model.encrypt(key, block)
            self.decrypt = lambda block: model.decrypt(key, block)


def cut(data, size):
    return [data[at:at + size] for at in range(0, len(data), size)]


def ecb(cipher, _, data, encrypts):
    return b"", b"".join(map(cipher.encrypt if encrypts else cipher.decrypt, cut(data, cipher.size)))


def cbc(cipher, iv, data, encrypts):
    made = b""
    for block in cut(data, cipher.size):
        out = cipher.encrypt(xor(block, iv)) if encrypts else xor(cipher.decrypt(block), iv)
        made, iv = made + out, out if encrypts else block
    return iv, made


def cfb(segment):
    def run(cipher, iv, data, encrypts):
        made = b""
        for part in cut(data, segment):
            out = xor(part, cipher.encrypt(iv)[:len(part)])
            iv, made = iv[len(part):] + (out if encrypts else part), made + out
        return iv, made
    return run


def ofb(cipher, iv, data, _):
    made = b""
    for part in cut(data, cipher.size):
        iv = cipher.encrypt(iv)
        made += xor(part, iv[:len(part)])
    return iv, made


def counter(offset, length):
    def run(cipher, iv, data, _):
        made = b""
        for part in cut(data, cipher.size):
            made += xor(part, cipher.encrypt(iv)[:len(part)])
            number = int.from_bytes(iv, "big")
            counting = (number >> offset) % (1 << length)
            after = (counting + 1) % (1 << length)
            iv = (number + (after - counting << offset)).to_bytes(16, "big")
        return iv, made
    return run


def ff1(key, radix, tweak, numerals, encrypts):
    """NIST SP 800-38G, algorithms 7 and 8, on lists of numbers."""
    number = lambda digits: sum(digit * radix ** at for at, digit in enumerate(reversed(digits)))
    u = len(numerals) // 2
    v = len(numerals) - u
    a, b = numerals[:u], numerals[u:]
    octets = math.ceil((radix ** v - 1).bit_length() / 8)
    long = 4 * math.ceil(octets / 4) + 4
    head = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, u % 256])
    head += len(numerals).to_bytes(4, "big") + len(tweak).to_bytes(4, "big")
    cipher = Cipher(key, "A")
    for turn in range(10) if encrypts else range(9, -1, -1):
        m, half = (u if turn % 2 == 0 else v), (b if encrypts else a)
        tail = tweak + bytes(-(len(tweak) + octets + 1) % 16) + bytes([turn]) + number(half).to_bytes(octets, "big")
        chain, _ = cbc(cipher, bytes(16), head + tail, True)
        stream = chain + b"".join(
            cipher.encrypt(xor(chain, at.to_bytes(16, "big"))) for at in range(1, math.ceil(long / 16)))
        add = int.from_bytes(stream[:long], "big")
        changed = number(a) + add if encrypts else number(b) - add
        changed %= radix ** m
        digits = [changed // radix ** at % radix for at in range(m - 1, -1, -1)]
        a, b = (b, digits) if encrypts else (digits, a)
    return a + b


def bps(cipher, radix, tweak, numerals, encrypts):
    """BPS of Brier, Peyrin and Stern, in the byte order of FF3; `tweak` is two numbers."""
    size, longest = cipher.size, 0
    while radix ** (longest + 1) <= 1 << 8 * size - 32:
        longest += 1
    longest *= 2
    number = lambda digits: sum(digit * radix ** at for at, digit in enumerate(digits))

    def block(digits, mask):
        half = (len(digits) + 1) // 2
        sides = [number(digits[:half]), number(digits[half:])]
        moduli = [radix ** half, radix ** (len(digits) - half)]
        for turn in range(8) if encrypts else range(7, -1, -1):
            side, word = turn % 2, tweak[1 - turn % 2] ^ mask ^ turn
            made = cipher.encrypt(sides[1 - side].to_bytes(size - 4, "little") + word.to_bytes(4, "little"))
            add = int.from_bytes(made, "little")
            sides[side] = (sides[side] + (add if encrypts else -add)) % moduli[side]
        return [sides[at >= half] // radix ** (at - half * (at >= half)) % radix for at in range(len(digits))]

    if len(numerals) <= longest:
        return block(numerals, 0)
    text, starts = list(numerals), list(range(0, len(numerals) - longest + 1, longest))
    rest = len(numerals) % longest
    steps = [(start, start, start + longest) for start in starts]
    if rest:
        steps.append((len(numerals) - longest, len(numerals) - rest, len(numerals)))
    for turn, (start, first, end) in (list(enumerate(steps)) if encrypts else list(enumerate(steps))[::-1]):
        chain = lambda sign: [text.__setitem__(at, (text[at] + sign * text[at - longest]) % radix)
                              for at in range(first, end) if turn]
        if encrypts:
            chain(1)
        text[start:start + longest] = block(text[start:start + longest], turn << 16)
        if not encrypts:
            chain(-1)
    return text
