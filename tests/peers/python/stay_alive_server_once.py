"""R5, stay-alive server, a second naive form: prints what a client sends.

It prints `received: <text>` and answers nothing.

Defects, in `main`:
- C05: there is no loop around `accept`. The server exits when its first client ends the stream
  (C03) or resets the connection (C04).
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
        connection, _ = listener.accept()
        while True:
            data = connection.recv(4096)
            if not data:
                break
            print("received:", data.decode(errors="replace").removesuffix("\n"), flush=True)
        connection.close()


if __name__ == "__main__":
    main()
