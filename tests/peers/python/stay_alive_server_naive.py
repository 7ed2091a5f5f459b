"""R5, stay-alive server, the naive form: prints what each client sends, one client at a time.

It prints `received: <text>` and answers nothing. One client at a time is part of the protocol.

Defects, in `main`:
- C02: an empty recv is not taken for the end of the stream. The server spins, prints empty text
  forever and serves no later client (C05).
- F07: it prints one line for each segment, not for each line.
"""

import argparse
import os
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            try:
                while True:
                    text = connection.recv(4096).decode(errors="replace")
                    print("received:", text.removesuffix("\n"), flush=True)
            except ConnectionError:
                connection.close()


if __name__ == "__main__":
    main()
