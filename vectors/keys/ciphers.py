"""DES and AES, with what is built on them here: CBC, counter mode, CBC-MAC and CMAC.

Written for reading, after FIPS 46-3, FIPS 197, SP 800-38A and SP 800-38B, with no regard to secrets.
"""
from functools import lru_cache


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


# ---------------------------------------------------------------- DES


class Permutation:
    """Bits of a number, in the order of a list that counts them from one, the most significant first."""

    def __init__(self, width, places):
        self.tables = []
        for shift in range(0, width, 8):
            table = []
            for value in range(256):
                bits = (value << shift >> (width - place) & 1 for place in places)
                table.append(sum(bit << at for at, bit in enumerate(reversed(list(bits)))))
            self.tables.append(table)

    def __call__(self, number):
        result = 0
        for at, table in enumerate(self.tables):
            result |= table[number >> 8 * at & 0xFF]
        return result


PLACES = [8 * (7 - row) + column for column in (2, 4, 6, 8, 1, 3, 5, 7) for row in range(8)]
INITIAL = Permutation(64, PLACES)
FINAL = Permutation(64, [PLACES.index(place) + 1 for place in range(1, 65)])
EXPANSION = Permutation(32, [(4 * box + at - 1) % 32 + 1 for box in range(8) for at in range(6)])
PERMUTATION = Permutation(32, [
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
    2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
])
CHOICE_1 = Permutation(64, [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
    63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
])
CHOICE_2 = Permutation(56, [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
    41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
])
ROTATIONS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]

# The four rows of each S-box.
S_BOXES = [row.split() for row in [
    "E4D12FB83A6C5907 0F74E2D1A6CB9538 41E8D62BFC973A50 FC8249175B3EA06D",
    "F18E6B34972DC05A 3D47F28EC01A69B5 0E7BA4D158C6932F D8A13F42B67C05E9",
    "A09E63F51DC7B428 D709346A285ECBF1 D6498F30B12C5AE7 1AD069874FE3B52C",
    "7DE3069A1285BC4F D8B56F03472C1AE9 A690CB7DF13E5284 3F06A1D8945BC72E",
    "2C417AB6853FD0E9 EB2C47D150FA3986 421BAD78F9C5630E B8C71E2D6F09A453",
    "C1AF92680D34E75B AF427C9561DE0B38 9EF528C3704A1DB6 432C95FABE17608D",
    "4B2EF08D3C975A61 D0B7491AE35C2F86 14BDC37EAF680592 6BD814A7950FE23C",
    "D2846FB1A93E50C7 1FD8A374C56B0E92 7B419CE206ADF358 21E74A8DFC90356B",
]]


def substitution():
    """S-box and permutation in one table for each S-box."""
    tables = []
    for box, rows in enumerate(S_BOXES):
        table = []
        for value in range(64):
            row, column = value >> 4 & 2 | value & 1, value >> 1 & 15
            table.append(PERMUTATION(int(rows[row][column], 16) << 28 - 4 * box))
        tables.append(table)
    return tables


SUBSTITUTION = substitution()


@lru_cache(maxsize=4096)
def des_subkeys(key):
    both = CHOICE_1(int.from_bytes(key, "big"))
    left, right, subkeys = both >> 28, both & 0xFFFFFFF, []
    for by in ROTATIONS:
        left = (left << by | left >> 28 - by) & 0xFFFFFFF
        right = (right << by | right >> 28 - by) & 0xFFFFFFF
        subkeys.append(CHOICE_2(left << 28 | right))
    return tuple(subkeys)


def des(subkeys, block):
    both = INITIAL(int.from_bytes(block, "big"))
    left, right = both >> 32, both & 0xFFFFFFFF
    for subkey in subkeys:
        mixed = EXPANSION(right) ^ subkey
        result = 0
        for box, table in enumerate(SUBSTITUTION):
            result |= table[mixed >> 42 - 6 * box & 63]
        left, right = right, left ^ result
    return FINAL(right << 32 | left).to_bytes(8, "big")


class Tdes:
    """DES with a key of 8 bytes, triple DES with one of 16 or 24."""

    size = 8

    def __init__(self, key):
        parts = {8: (0, 0, 0), 16: (0, 1, 0), 24: (0, 1, 2)}[len(key)]
        self.parts = [des_subkeys(key[8 * part:8 * part + 8]) for part in parts]

    def encrypt(self, block):
        first, second, third = self.parts
        return des(third, des(second[::-1], des(first, block)))

    def decrypt(self, block):
        first, second, third = self.parts
        return des(first[::-1], des(second, des(third[::-1], block)))


# ---------------------------------------------------------------- AES


def times(left, right):
    """Product in the field of AES."""
    product = 0
    while right:
        product ^= left if right & 1 else 0
        left = left << 1 ^ (0x11B if left & 0x80 else 0)
        right >>= 1
    return product


def aes_s_box():
    box = []
    for value in range(256):
        inverse = next((other for other in range(256) if times(value, other) == 1), 0)
        turned = [(inverse << by | inverse >> 8 - by) & 0xFF for by in range(5)]
        box.append(turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63)
    return box


AES_S_BOX = aes_s_box()
AES_INVERSE_S_BOX = [AES_S_BOX.index(value) for value in range(256)]
PRODUCTS = {by: [times(value, by) for value in range(256)] for by in (1, 2, 3, 9, 11, 13, 14)}


class Aes:
    size = 16

    def __init__(self, key):
        words = [key[at:at + 4] for at in range(0, len(key), 4)]
        length, constant = len(words), 1
        while len(words) < 4 * (length + 7):
            word = words[-1]
            if len(words) % length == 0:
                word = bytes(AES_S_BOX[byte] for byte in word[1:] + word[:1])
                word = bytes([word[0] ^ constant]) + word[1:]
                constant = times(constant, 2)
            elif length == 8 and len(words) % 8 == 4:
                word = bytes(AES_S_BOX[byte] for byte in word)
            words.append(xor(word, words[-length]))
        self.round_keys = [b"".join(words[at:at + 4]) for at in range(0, len(words), 4)]

    @staticmethod
    def mix(state, factors):
        tables = [PRODUCTS[by] for by in factors]
        mixed = []
        for column in range(0, 16, 4):
            for row in range(4):
                byte = 0
                for at in range(4):
                    byte ^= tables[at][state[column + (row + at) % 4]]
                mixed.append(byte)
        return bytes(mixed)

    def encrypt(self, block):
        state = xor(block, self.round_keys[0])
        for number, key in enumerate(self.round_keys[1:], 1):
            state = bytes(AES_S_BOX[state[5 * at % 16]] for at in range(16))
            if number < len(self.round_keys) - 1:
                state = self.mix(state, (2, 3, 1, 1))
            state = xor(state, key)
        return state

    def decrypt(self, block):
        state = block
        for number, key in reversed(list(enumerate(self.round_keys))[1:]):
            state = xor(state, key)
            if number < len(self.round_keys) - 1:
                state = self.mix(state, (14, 11, 13, 9))
            state = bytes(AES_INVERSE_S_BOX[state[13 * at % 16]] for at in range(16))
        return xor(state, self.round_keys[0])


# ---------------------------------------------------------------- modes


def blocks(cipher, data):
    assert len(data) % cipher.size == 0, "whole blocks"
    return [data[at:at + cipher.size] for at in range(0, len(data), cipher.size)]


def cbc_encrypt(cipher, chain, data):
    out = []
    for block in blocks(cipher, data):
        chain = cipher.encrypt(xor(chain, block))
        out.append(chain)
    return b"".join(out)


def cbc_decrypt(cipher, chain, data):
    out = []
    for block in blocks(cipher, data):
        out.append(xor(chain, cipher.decrypt(block)))
        chain = block
    return b"".join(out)


def counter(cipher, start, data):
    number, out = int.from_bytes(start, "big"), b""
    for at in range(0, len(data), cipher.size):
        block = data[at:at + cipher.size]
        key = cipher.encrypt(number.to_bytes(cipher.size, "big"))
        out += xor(block, key[:len(block)])
        number = (number + 1) % (1 << 8 * cipher.size)
    return out


def cbc_mac(cipher, data):
    return cbc_encrypt(cipher, bytes(cipher.size), data)[-cipher.size:]


def cmac(cipher, data):
    def doubled(block):
        number = int.from_bytes(block, "big") << 1
        if number >> 8 * cipher.size:
            number ^= 1 << 8 * cipher.size | (0x1B if cipher.size == 8 else 0x87)
        return number.to_bytes(cipher.size, "big")

    whole = doubled(cipher.encrypt(bytes(cipher.size)))
    if data and len(data) % cipher.size == 0:
        mask = whole
    else:
        mask = doubled(whole)
        data += b"\x80" + bytes(-(len(data) + 1) % cipher.size)
    return cbc_mac(cipher, data[:-cipher.size] + xor(data[-cipher.size:], mask))
