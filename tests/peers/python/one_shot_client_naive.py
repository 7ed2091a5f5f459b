"""R6, one shot, the naive client: sends a line (default `hello`) and prints the answer.

Defects, in `main`:
- F02: a single `recv(1024)` is taken for the whole answer. So is an answer that the end of the
  stream cuts short, even an empty one (C06).
- C08: if the rest of the answer is unread or still on its way, the close becomes a reset.
"""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("line", nargs="?", default="hello")
    args = parser.parse_args()

    connection = socket.create_connection((args.host, args.port))
    connection.sendall(f"{args.line}\n".encode())
    answer = connection.recv(1024)
    print(answer.decode(errors="replace").removesuffix("\n"))
    connection.close()


if __name__ == "__main__":
    main()
