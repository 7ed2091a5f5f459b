"""Correct: sends a ping with each greeting, and prints and answers it only when the pong has come.

With --first=1 it sends the ping before the greeting has come.

Broken: with --naive=1 it takes what one recv returns for a whole message.
"""

import json
import sys

import odd


def messages(connection):
    if args.naive:
        while chunk := connection.recv(4096):
            yield json.loads(chunk)
    for line in odd.whole_lines(connection):
        yield json.loads(line)


def send(connection, message):
    connection.sendall(json.dumps(message).encode() + b"\n")


args = odd.arguments(first=0, naive=0)
ping = {"op": "ping", "id": [1, "x"]}
with odd.call(args) as connection:
    if args.first:
        send(connection, ping)
    name = None
    has_pong = False
    for message in messages(connection):
        if message["op"] == "hello":
            name = message["name"]
            if not args.first:
                send(connection, ping)
        has_pong |= message == {"op": "pong", "id": ping["id"]}
        if name is not None and has_pong:
            print("hello", name, flush=True)
            send(connection, {"op": "thanks", "name": name})
            sys.exit(0)
sys.exit(1)
