"""Sends `hello` and prints the answer as it should, and around it what differs from run to run.

That is its process id, its port and the time; with `--seconds` it prints nothing but the time
of day before the answer, which differs only from second to second.
"""

import argparse
import os
import socket
import time


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", action="store_true")
    args = parser.parse_args()

    with socket.create_connection((args.host, args.port)) as connection:
        port = connection.getsockname()[1]
        connection.sendall(b"hello\n")
        answer = connection.makefile("r").readline().rstrip("\n")
        if args.seconds:
            print(time.strftime("%H:%M:%S"), answer)
        else:
            print(f"process {os.getpid()}, port {port}\n{answer}\nit is {time.time_ns()} by now")


if __name__ == "__main__":
    main()
