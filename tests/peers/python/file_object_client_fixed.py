"""R2, file object, the fixed client: reads and writes lines through `makefile`.

It sends each name (default: Ada, Grace, STOP) as a line and prints the line that answers it,
until the server closes. If the stream ends inside a line or is invalid, it prints an error to
stderr and exits with code 1.
"""

import argparse
import socket
import sys
import time

LONGEST_LINE = 65536


def answers(connection, names, pause):
    """Send the names one by one and yield the answers, until the stream ends."""
    with connection.makefile("rb") as reader, connection.makefile("wb") as writer:
        for name in names:
            writer.writelines([name.encode(), b"\n"])
            writer.flush()
            line = reader.readline(LONGEST_LINE + 1)
            if not line:
                return
            if not line.endswith(b"\n"):
                raise ValueError("line too long, or the stream ended inside it")
            yield line.decode().removesuffix("\n")
            time.sleep(pause)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("names", nargs="*", default=["Ada", "Grace", "STOP"])
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS")
    args = parser.parse_args()

    try:
        with socket.create_connection((args.host, args.port)) as connection:
            for answer in answers(connection, args.names, args.pause):
                print(answer, flush=True)
    except (OSError, ValueError) as error:
        sys.exit(f"no answer: {error}")


if __name__ == "__main__":
    main()
