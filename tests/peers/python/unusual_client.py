"""A right client with a habit, for wirecheck's own tests: it says `hello`, prints the answer, ends.

`--ahead` says `bye` before the answer has come, and prints the answer to that too. `--compute N`
computes for N seconds when it has heard all. `--return N` comes back N seconds after each end.
"""

import argparse
import socket
import time


def talk(args):
    with socket.create_connection((args.host, args.port)) as connection:
        connection.sendall(b"hello\nbye\n" if args.ahead else b"hello\n")
        if args.ahead:
            connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    print(line.decode().rstrip("\n"), flush=True)
        until = time.process_time() + args.compute
        while time.process_time() < until:
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--ahead", action="store_true")
    parser.add_argument("--compute", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--return", type=float, dest="pause", metavar="SECONDS")
    args = parser.parse_args()

    talk(args)
    while args.pause:
        time.sleep(args.pause)
        talk(args)


if __name__ == "__main__":
    main()
