"""A correct client for wirecheck's own tests: it sends `hello`, prints the answers and exits,
with code 1 if the last one is incomplete.

`--pipeline` sends `bye` too, without waiting for the first answer. `--compute SECONDS` computes
that long after it has read everything. `--reconnect SECONDS` connects again that long after each
end.
"""

import argparse
import socket
import sys
import time


def talk(args):
    with socket.create_connection((args.host, args.port)) as connection:
        connection.sendall(b"hello\nbye\n" if args.pipeline else b"hello\n")
        if args.pipeline:
            connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    return "incomplete answer"
                print(line.decode().rstrip("\n"), flush=True)
        until = time.process_time() + args.compute
        while time.process_time() < until:
            pass
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--pipeline", action="store_true")
    parser.add_argument("--compute", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--reconnect", type=float, metavar="SECONDS")
    args = parser.parse_args()

    failure = talk(args)
    while args.reconnect:
        time.sleep(args.reconnect)
        failure = talk(args)
    sys.exit(failure)


if __name__ == "__main__":
    main()
