"""R5, stay-alive server, the naive form: prints what each client sends, one client at a time.

It prints `received: <text>` and answers nothing. Defects, both in `main`: C02, an empty recv
is not taken for the end of the stream, so that it spins, printing empty text for ever, and
C05, so no later client is served; F07, what it prints follows the segments, not the lines.
One client at a time is how this system is meant to work.
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
