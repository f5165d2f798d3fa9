#!/usr/bin/env python3
"""A model of how keys stand under the public test LMKs and under ZMKs.

It needs nothing but Python and shares nothing with Strongroom: ciphers, key types and key blocks are
written here once more. What is public about each scheme, and how sure it is, stands in README.md.

    model.py make          writes the table, as keys.jsonl has it
    model.py check FILE    opens every key of such a table
    model.py open          opens keys from standard input, one JSON object on a line, as rows of the table
                           have it; answers each with its key, or says why there is none

For test keys only: nothing here is made to keep a secret.
"""
import hashlib
import hmac
import json
import sys
from functools import lru_cache

from ciphers import Aes, Tdes, cbc_decrypt, cbc_encrypt, cbc_mac, cmac, counter

# ---------------------------------------------------------------- the public test LMKs

# The pairs 04-05, 06-07, 14-15, 16-17 and so on up to 36-37, by the code that key types have for them.
PAIRS = {
    "00": "40404040404040405151515151515151", "01": "61616161616161617070707070707070",
    "02": "E0E0010101010101F1F1010101010101", "03": "1C587F1C13924FEF0101010101010101",
    "04": "01010101010101010101010101010101", "05": "02020202020202020404040404040404",
    "06": "07070707070707071010101010101010", "07": "13131313131313131515151515151515",
    "08": "16161616161616161919191919191919", "09": "1A1A1A1A1A1A1A1A1C1C1C1C1C1C1C1C",
    "0A": "23232323232323232525252525252525", "0B": "26262626262626262929292929292929",
    "0C": "2A2A2A2A2A2A2A2A2C2C2C2C2C2C2C2C", "0D": "2F2F2F2F2F2F2F2F3131313131313131",
}
LMKS = {
    "test-key-block-tdes": "0123456789ABCDEF8080808080808080FEDCBA9876543210",
    "test-key-block-aes": "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A",
}

# ZMKs of this table.
ZMKS = {
    "zmk-tdes": "0123456789ABCDEFFEDCBA9876543210",
    "zmk-aes": "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
}

# ---------------------------------------------------------------- keys that are in no key block

# What the first character of a key type combines into the first byte of its pair.
VARIANTS = bytes.fromhex("00A65A6ADE2B50749CFA")

# For each eight bytes of a key, what its scheme combines into the ninth byte of the protecting key.
MASKS = {"Z": "00", "none": "0000", "U": "A65A", "T": "6ADE2B", "X": "0000", "Y": "000000"}


def lmk_pair(key_type):
    pair = bytearray.fromhex(PAIRS[key_type[1:]])
    pair[0] ^= VARIANTS[int(key_type[0])]
    return bytes(pair)


def each_part(protecting, scheme, key, direction):
    masks = bytes.fromhex(MASKS[scheme])
    parts = [key[at:at + 8] for at in range(0, len(key), 8)]
    assert len(masks) == len(parts), "the scheme is for another length"
    out = b""
    for mask, part in zip(masks, parts):
        masked = bytearray(protecting)
        masked[8] ^= mask
        out += getattr(Tdes(bytes(masked)), direction)(part)
    return out


def seal_parts(protecting, scheme, key):
    tag = scheme if scheme in "UTXY" else ""
    return tag + each_part(protecting, scheme, key, "encrypt").hex().upper()


def open_parts(protecting, token):
    if token[0] in "UTXY":
        scheme, digits = token[0], token[1:]
    else:
        scheme, digits = "Z" if len(token) == 16 else "none", token
    return each_part(protecting, scheme, bytes.fromhex(digits), "decrypt")


# ---------------------------------------------------------------- key blocks

# Bytes of the authenticator by version.
AUTHENTICATOR = {"0": 4, "1": 8, "A": 4, "B": 8, "C": 4, "D": 16, "E": 16}


def derived(cipher, usage, algorithm, key):
    """A key of as many bytes, by CMAC in counter mode."""
    bits = (8 * len(key)).to_bytes(2, "big")
    out, number = b"", 1
    while len(out) < len(key):
        out += cmac(cipher, bytes([number, 0, usage, 0, 0, algorithm]) + bits)
        number += 1
    return out[:len(key)]


@lru_cache
def block_ciphers(version, protecting):
    """The ciphers that encrypt and authenticate."""
    if version in "0AC":
        return [Tdes(bytes(byte ^ mask for byte in protecting)) for mask in (0x45, 0x4D)]
    if version == "B":
        make, algorithm = Tdes, {16: 0, 24: 1}[len(protecting)]
    else:
        make, algorithm = Aes, {16: 2, 24: 3, 32: 4}[len(protecting)]
    usages = (2, 1) if version == "E" else (0, 1)
    return [make(derived(make(protecting), usage, algorithm, protecting)) for usage in usages]


def filled(optional, size):
    """Optional blocks up to whole cipher blocks."""
    gap = -len(optional) % size
    if gap and gap < 4:
        gap += size
    return optional + ("PB%02X" % gap).ljust(gap, "0") if gap else optional


def count_blocks(optional):
    count = 0
    while optional:
        length = int(optional[2:4], 16)
        if length == 0:
            digits = int(optional[4:6], 16)
            length = int(optional[6:6 + digits], 16)
        optional = optional[length:]
        count += 1
    return count


def seal_block(protecting, version, attributes, reserved, optional, key, pad, at_least=0):
    """`pad(n)` gives n bytes; with `at_least` the key is brought to that length."""
    encryption, authentication = block_ciphers(version, protecting)
    size, tag = encryption.size, AUTHENTICATOR[version]
    optional = filled(optional, size)
    clear = (8 * len(key)).to_bytes(2, "big") + key
    clear += pad(max(at_least - len(key), 0))
    if version != "E":
        clear += pad(-len(clear) % size)
    total = 16 + len(optional) + 2 * len(clear) + 2 * tag
    header = f"{version}{total:04}{attributes}{count_blocks(optional):02}{reserved}{optional}".encode()
    if version in "0AC":
        body = cbc_encrypt(encryption, header[:8], clear)
        mac = cbc_mac(authentication, header + body)[:tag]
    elif version == "1":
        body = cbc_encrypt(encryption, header[:16], clear)
        mac = cmac(authentication, header + body)[:tag]
    else:
        mac = cmac(authentication, header + clear)
        body = counter(encryption, mac, clear) if version == "E" else cbc_encrypt(encryption, mac, clear)
    return header.decode() + body.hex().upper() + mac.hex().upper()


def open_block(protecting, block):
    version = block[0]
    encryption, authentication = block_ciphers(version, protecting)
    assert int(block[1:5]) == len(block), "the length in the header is another"
    end = 16
    for _ in range(int(block[12:14])):
        length = int(block[end + 2:end + 4], 16)
        if length == 0:
            digits = int(block[end + 4:end + 6], 16)
            length = int(block[end + 6:end + 6 + digits], 16)
        end += length
    assert (end - 16) % encryption.size == 0, "optional blocks are no whole cipher blocks"
    tag = AUTHENTICATOR[version]
    header, mac = block[:end].encode(), bytes.fromhex(block[-2 * tag:])
    body = bytes.fromhex(block[end:-2 * tag])
    if version in "0AC":
        assert cbc_mac(authentication, header + body)[:tag] == mac, "the authenticator is wrong"
        clear = cbc_decrypt(encryption, header[:8], body)
    elif version == "1":
        assert cmac(authentication, header + body)[:tag] == mac, "the authenticator is wrong"
        clear = cbc_decrypt(encryption, header[:16], body)
    else:
        clear = counter(encryption, mac, body) if version == "E" else cbc_decrypt(encryption, mac, body)
        assert cmac(authentication, header + clear) == mac, "the authenticator is wrong"
    bits = int.from_bytes(clear[:2], "big")
    assert bits % 8 == 0 and 2 + bits // 8 <= len(clear), "the length of the key is wrong"
    return clear[2:2 + bits // 8]


# ---------------------------------------------------------------- the table


def open_row(row):
    """The clear key of a row."""
    token, under = row["token"], row["under"]
    if under == "test-variant":
        return open_parts(lmk_pair(row["type"]), token)
    protecting = bytes.fromhex({**LMKS, **ZMKS}[under])
    assert token[0] in "SR" and (token[0] == "S") == token[1].isdigit(), "no key block"
    return open_block(protecting, token[1:])


def check_value(algorithm, key):
    """Six digits, as devices show them; none for HMAC, where what they show is not public."""
    if algorithm in "DT":
        return Tdes(key).encrypt(bytes(8))[:3].hex().upper()
    return cmac(Aes(key), bytes(16))[:3].hex().upper() if algorithm == "A" else None


# Every key type, and the key usages that such keys go by; RSA keys stand in other key blocks.
KEY_TYPES = {code: usages.split() for code, usages in (line.split(":") for line in """
000:K0 52;100:K0 52;200:31;300:K0;400:K0;001:P0 72;002:K0 51 P0 71 V0 V1 V2;102:51;202:51;302:B1;402:C0 11 12 13
602:K0;003:M0 M1 M2 M3 M4 M5 M6;103:M0;004:;005:;105:31;205:;305:;405:;505:;605:;705:;805:;905:;006:01;106:;206:
306:;406:;506:;606:;007:;107:54;207:E7;307:47;407:48;507:49;607:53;807:;907:;008:M0 M1 M2 M3 M4 M5 M6;108:M0
208:M0;009:B0;109:E0;209:E2;309:E1;409:E3;509:E4;609:41;709:32;809:42;909:43;00A:D0 22;10A:D0 22;20A:D0 22
00B:D0 21;10B:D0 23;30B:D0 23;00C:;10C:61 62 63 64 65;00D:;30D:;40D:;50D:;70D:P0 71;80D:K0 51;90D:73
""".replace("\n", ";").strip(";").split(";"))}

# What X9.143 has instead of a usage of the vendor's; a usage that is not here has no place in TR-31.
STANDARD = {
    "51": "K0", "52": "K0", "54": "K0", "71": "P0", "72": "P0", "11": "C0", "12": "C0", "13": "C0", "21": "D0",
    "22": "D0", "23": "D0", "41": "B0", "42": "B0", "43": "B0", "32": "E6",
    "61": "M7", "62": "M7", "63": "M7", "64": "M7", "65": "M7",
}
HASHES = {"61": "10", "62": "20", "63": "21", "64": "22", "65": "23"}
SIZES = {"D1": 8, "T2": 16, "T3": 24, "A1": 16, "A2": 24, "A3": 32, "H2": 20, "H3": 32, "H6": 64}


def expanded(name, length):
    """Bytes that look random and are always the same."""
    key = hashlib.sha256(name.encode()).digest()
    return b"".join(hmac.digest(key, bytes([number]), "sha256") for number in range(8))[:length]


def new_key(name, algorithm, length):
    key = expanded(name, length)
    if algorithm in "DT":
        key = bytes(byte ^ (bin(byte).count("1") + 1) % 2 for byte in key)
    return key


def row(name, under, key_type, token, algorithm, key):
    made = {"id": name, "type": key_type, "under": under, "token": token, "key": key.hex().upper()}
    value = check_value(algorithm, key)
    return {**made, "check": value} if value else made


def variant_row(key_type, scheme):
    name = f"{key_type}-{scheme}"
    key = new_key(name, "T", 8 * len(bytes.fromhex(MASKS[scheme])))
    token = seal_parts(lmk_pair(key_type), scheme, key)
    return row(name, "test-variant", key_type, token, "T", key)


def block_row(key_type, usage, version, size, optional="", special=""):
    """A key in a key block: under an LMK in versions 0 and 1, under a ZMK in the others."""
    name = "-".join(part for part in (key_type, usage, version, size, special) if part)
    algorithm, length = size[0], SIZES[size]
    under = {"0": "test-key-block-tdes", "1": "test-key-block-aes"}.get(
        version, "zmk-aes" if version in "DE" else "zmk-tdes")
    reserved = {"0": "01", "1": "02"}.get(version, "00")
    if version in "ABCDE" and usage in HASHES:
        optional += "HM06" + HASHES[usage]
    stated = STANDARD.get(usage, usage) if version in "ABCDE" else usage
    key = new_key(name, algorithm, length)
    longest = {"D": 24, "T": 24, "A": 32, "H": 64}[algorithm] if special == "hidden" else 0
    block = seal_block(
        bytes.fromhex({**LMKS, **ZMKS}[under]), version, f"{stated}{algorithm}N00E", reserved, optional, key,
        lambda count: expanded(name + " padding", 64)[:count], longest)
    tag = "S" if version in "01" else "R"
    return row(name, under, key_type, tag + block, algorithm, key)


def table():
    for key_type, usages in KEY_TYPES.items():
        for scheme in MASKS:
            yield variant_row(key_type, scheme)
        for number, usage in enumerate(usages):
            if usage in HASHES:
                size = ["H2", "H3", "H6"][number % 3]
                versions = [("1", size), ("B", size), ("D", size), ("E", size)]
            else:
                des, aes = ["D1", "T2", "T3"], ["A1", "A2", "A3"]
                turn = (number + len(key_type) + int(key_type, 16)) % 3
                versions = [("0", des[turn]), ("1", des[turn]), ("1", aes[turn])]
                # The usages of the vendor that X9.143 has nothing for do not leave in TR-31 key blocks.
                if usage in STANDARD or usage[0].isalpha():
                    versions += [("A", "T2"), ("B", "T3"), ("C", "D1"), ("D", aes[turn]), ("E", des[turn])]
            for version, size in versions:
                yield block_row(key_type, usage, version, size)
    for version, size in [("0", "T2"), ("1", "A3"), ("A", "T2"), ("B", "T3"), ("C", "T2"), ("D", "A2"), ("E", "T3")]:
        long = "LB0004012C" + "a long label ".ljust(0x12C - 10, "x")
        for special, optional in [
                ("serial", "KS1800604B120F9292800000"), ("label", "LB06ab"),
                ("two", "TS1320260101120000ZLB04"), ("long", long)]:
            yield block_row("001", "P0", version, size, optional, special)
        yield block_row("001", "P0", version, size, special="hidden")


def main(arguments):
    if arguments == ["make"]:
        for made in table():
            print(json.dumps(made))
    elif len(arguments) == 2 and arguments[0] == "check":
        with open(arguments[1]) as file:
            rows = [json.loads(line) for line in file]
        for row in rows:
            assert open_row(row).hex().upper() == row["key"], row["id"]
        print(f"{len(rows)} keys")
    elif arguments == ["open"]:
        for line in sys.stdin:
            try:
                answer = {"key": open_row(json.loads(line)).hex().upper()}
            except (AssertionError, KeyError, ValueError) as refusal:
                answer = {"refused": str(refusal)}
            print(json.dumps(answer), flush=True)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
