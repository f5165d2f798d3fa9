#!/usr/bin/env python3
"""Asks a server of its own about random PINs and cards, and compares every reply with a model.

    run.py --program target/debug/strongroom [--cases 10000] [--seed 1] [--vectors vectors/crypto] [COMMAND ..]

Needs pycryptodome. A new family of commands is a module of its own, which is imported here.
"""
import argparse
import pathlib
import random
import socket
import subprocess
import sys
import time

import american_express  # noqa: F401
import cards  # noqa: F401
import case
import comparison  # noqa: F401
import data  # noqa: F401
import hmacs  # noqa: F401
import keys_under_rsa  # noqa: F401
import macs  # noqa: F401
import model
import offsets  # noqa: F401
import pvvs  # noqa: F401
import translation  # noqa: F401

# Messages that are on their way at once.
WINDOW = 128

PORTS = {"variant": "LMK 00", "key block": "LMK 01", "aes": "LMK 02"}


class Server:
    """A development appliance on free ports."""

    def __init__(self, program):
        settings = pathlib.Path(__file__).with_name("settings.toml")
        options = ["serve", "--dev", "--listen", "127.0.0.1:0", "--config", settings]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
        addresses = {}
        for line in iter(self.process.stdout.readline, "ready\n"):
            if not line:
                raise SystemExit("the server ended before it was ready")
            if line.startswith("host port "):
                _, _, address, name = line.rstrip("\n").split(" ", 3)
                addresses[name] = address
        self.ports = {port: Connection(addresses[name]) for port, name in PORTS.items()}

    def close(self):
        self.process.terminate()
        self.process.wait()


class Connection:
    """Sends many messages before it reads their replies."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def ask(self, messages):
        frames = b""
        for number, message in enumerate(messages):
            body = f"{number:04}{message}".encode("latin-1")
            frames += len(body).to_bytes(2, "big") + body
        self.socket.sendall(frames)
        replies = []
        for number in range(len(messages)):
            body = self.file.read(int.from_bytes(self.file.read(2), "big")).decode("latin-1")
            if body[:4] != f"{number:04}":
                raise case.Wrong(f"reply {number} has the header {body[:4]!r}")
            replies.append(body[4:])
        return replies


def run(server, cases):
    """Runs cases, many of them at once; returns how many messages they took."""
    cases, waiting, asked = iter(cases), [], 0
    while True:
        for started in cases:
            waiting.append((started, next(started)))
            if len(waiting) == WINDOW:
                break
        if not waiting:
            return asked
        going = []
        for port, connection in server.ports.items():
            turn = [(started, message) for started, (to, message) in waiting if to == port]
            replies = connection.ask([message for _, message in turn])
            asked += len(turn)
            for (started, _), reply in zip(turn, replies, strict=True):
                try:
                    going.append((started, started.send(reply)))
                except StopIteration:
                    pass
        waiting = going


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vectors")
    parser.add_argument("commands", nargs="*")
    options = parser.parse_args()
    if options.vectors:
        print(f"the model agrees with {model.check(options.vectors)} published values")
    server = Server(options.program)
    try:
        for name, make in case.COMMANDS.items():
            if options.commands and name not in options.commands:
                continue
            dice = case.Dice(random.Random(f"{options.seed} {name}"))
            began = time.monotonic()
            asked = run(server, (make(dice) for _ in range(options.cases)))
            took = time.monotonic() - began
            print(f"{name}  {options.cases} cases, {asked} messages, {took:.1f} s", flush=True)
    except case.Wrong as wrong:
        sys.exit(f"{name}, seed {options.seed}: {wrong}")
    finally:
        server.close()


if __name__ == "__main__":
    main()
