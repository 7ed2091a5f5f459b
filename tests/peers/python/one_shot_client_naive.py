"""R6, one shot, the naive client: sends a line (`hello`), prints its answer.

Defects, all in `main`: F02, a single `recv(1024)` is taken for the whole answer, and C06, so
is what an early end of stream cut short, even to nothing; C08, closing on what is still to
come of the answer resets the connection.
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
