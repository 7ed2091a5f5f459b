"""R4, header, the naive client: ten columns of decimal length, then a body of UTF-8 text.

Prints the body of each message until the server closes, or after `--count` messages.
Defects, all in `receive_message`: F01, the first recv is taken to hold the whole header; F03,
what follows the body in the same segment is swallowed, and the client waits for ever for a
message it has had; F05, each piece of a body is decoded on its own, so that a character in two
pieces raises; C02, at an end of stream inside a body it reads on for ever without
sleeping; C03, an end of stream in place of a header raises; H01, `int` also takes `+5`, `-5`,
`1_0`, leading spaces or zeros, and digits that are not ASCII.
"""

import argparse
import socket


def receive_message(connection):
    data = connection.recv(16)
    length = int(data[:10].decode())
    text = data[10:][:length].decode()
    left = length - len(data[10:])
    while left > 0:
        data = connection.recv(1024)
        text += data[:left].decode()
        left -= len(data)
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--count", type=int, default=0, help="stop after so many messages")
    args = parser.parse_args()

    connection = socket.create_connection((args.host, args.port))
    received = 0
    while not args.count or received < args.count:
        print(receive_message(connection), flush=True)
        received += 1
    connection.close()


if __name__ == "__main__":
    main()
