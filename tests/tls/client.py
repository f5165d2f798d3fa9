"""Connects to the TLS host port in every way that is right or wrong; a line for each that goes as it should."""

import socket
import ssl
import sys

PORT, FOLDER, OTHER = int(sys.argv[1]), sys.argv[2], sys.argv[3]
REQUEST = b"\x00\x06HEADNC"


def context(folder=None, name=None, version=None):
    """A client that trusts the test authority, with the certificate of this name."""
    made = ssl.create_default_context(cafile=f"{FOLDER}/ca.pem")
    if name:
        made.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    if version:
        made.minimum_version = made.maximum_version = version
    return made


def exact(stream, length):
    """So many bytes."""
    read = b""
    while len(read) < length:
        part = stream.recv(length - len(read))
        if not part:
            raise ConnectionError(f"closed after {read!r}")
        read += part
    return read


def ask(made, count=1):
    """The replies to `count` messages that are sent at once."""
    with socket.create_connection(("127.0.0.1", PORT), 20) as plain:
        with made.wrap_socket(plain, server_hostname="localhost") as stream:
            stream.sendall(REQUEST * count)
            return [exact(stream, int.from_bytes(exact(stream, 2), "big")) for _ in range(count)]


def refused(what, made):
    """Neither a reply nor anything else but an end."""
    try:
        replies = ask(made)
    except (ssl.SSLError, ConnectionError) as error:
        print(f"refused {what}: {error}")
    else:
        sys.exit(f"{what} was answered {replies!r}")


for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    replies = ask(context(FOLDER, "switch", version), 100)
    if any(reply[:8] != b"HEADND00" for reply in replies):
        sys.exit(f"{version.name}: {replies!r}")
    print(f"answered with {version.name}")
refused("no certificate, TLS 1.2", context(version=ssl.TLSVersion.TLSv1_2))
refused("no certificate", context())
refused("another authority", context(OTHER, "switch"))
refused("not on the list", context(FOLDER, "stranger"))
with socket.create_connection(("127.0.0.1", PORT), 20) as plain:
    plain.sendall(REQUEST)
    rest = b""
    try:
        while part := plain.recv(1000):
            rest += part
    except ConnectionError:
        pass
    # Alert, version, two bytes.
    if rest and not (len(rest) == 7 and rest[0] == 21):
        sys.exit(f"a client without TLS was answered {rest!r}")
    print("refused without TLS")
with socket.create_connection(("127.0.0.1", PORT), 20) as slow:
    slow.sendall(b"\x16\x03")
    try:
        rest = slow.recv(100)
    except ConnectionError:
        rest = b""
    if rest:
        sys.exit(f"half a handshake was answered {rest!r}")
    print("refused a slow handshake")
