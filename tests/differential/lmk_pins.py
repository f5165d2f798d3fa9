"""PINs under the LMKs, by what Strongroom says of its construction: the device's is not public."""
from Crypto.Cipher import AES, DES3
from Crypto.Hash import CMAC

from model import AES_LMK, xor

# Setting "PIN length" of 12 digits, and one more.
LENGTH = 13


def derived(lmk, cipher):
    """The AES key for PINs: CMAC in counter mode (NIST SP 800-108)."""
    make = lambda counter: CMAC.new(lmk, bytes([counter]) + b"PIN\0\1\0", ciphermod=cipher).digest()
    return b"".join(map(make, range(1, 5)))[:32]


VARIANT = derived(bytes.fromhex("20202020202020203131313131313131"), DES3)
KEY_BLOCK = derived(AES_LMK, AES)


def number(digits):
    return int("".join(map(str, digits)))


def ff1(key, tweak, digits, backwards=False):
    """Decimal digits by FF1 (NIST SP 800-38G)."""
    half, length = len(digits) // 2, len(digits)
    size = ((10 ** (length - half) - 1).bit_length() + 7) // 8
    head = bytes([1, 2, 1, 0, 0, 10, 10, half]) + length.to_bytes(4, "big") + len(tweak).to_bytes(4, "big")
    left, right = digits[:half], digits[half:]
    for turn in reversed(range(10)) if backwards else range(10):
        target, source = (right, left) if backwards else (left, right)
        tail = tweak + bytes((-len(tweak) - size - 1) % 16) + bytes([turn]) + number(source).to_bytes(size, "big")
        block = AES.new(key, AES.MODE_CBC, iv=bytes(16)).encrypt(head + tail)[-16:]
        addend = int.from_bytes(block[:4 * -(-size // 4) + 4], "big")
        value = (number(target) + (-addend if backwards else addend)) % 10 ** len(target)
        target = list(map(int, f"{value:0{len(target)}}"))
        left, right = (target, left) if backwards else (right, target)
    return left + right


def seal(port, pin, account12):
    """A PIN under the LMK of a port; the last ten digits of the account number count."""
    bound = account12[-10:].encode()
    if port == "variant":
        clear = list(map(int, f"{len(pin) % 10}{pin}".ljust(LENGTH, "0")))
        return "".join(map(str, ff1(VARIANT, bound, clear)))
    cipher = AES.new(KEY_BLOCK, AES.MODE_ECB)
    block = bytes.fromhex(f"{len(pin):X}{pin}".ljust(14, "F")) + bytes(9)
    binding = CMAC.new(KEY_BLOCK, b"account" + bound, ciphermod=AES).digest()
    return "J" + cipher.encrypt(xor(cipher.encrypt(block), binding)).hex().upper()


def unseal(port, sealed, account12):
    """The PIN in such a one."""
    bound = account12[-10:].encode()
    if port == "variant":
        clear = ff1(VARIANT, bound, list(map(int, sealed)), backwards=True)
        length = clear[0] + 10 if clear[0] < 3 else clear[0]
        return "".join(map(str, clear[1:1 + length]))
    cipher = AES.new(KEY_BLOCK, AES.MODE_ECB)
    binding = CMAC.new(KEY_BLOCK, b"account" + bound, ciphermod=AES).digest()
    clear = cipher.decrypt(xor(cipher.decrypt(bytes.fromhex(sealed[1:])), binding)).hex()
    return clear[1:1 + int(clear[0], 16)]
