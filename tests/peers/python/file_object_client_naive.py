"""R2, file object, the naive client: reads and writes lines through `makefile`.

It sends each name (default: Ada, Grace, STOP) as a line and prints the line that answers it,
until the server closes. Closing the file leaves the socket below it open until the program exits.

Defects, in `main`:
- C06: `readline` also returns a line cut short by the end of the stream, and the client prints it.
- F03: a text file opened for reading and writing drops its read-ahead buffer on each write. Only
  a server that answers before the question shows this.
"""

import argparse
import socket
import time


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("names", nargs="*", default=["Ada", "Grace", "STOP"])
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS")
    args = parser.parse_args()

    connection = socket.create_connection((args.host, args.port))
    file = connection.makefile("rw", encoding="utf-8", newline="\n")
    for name in args.names:
        file.writelines([name, "\n"])
        file.flush()
        answer = file.readline()
        if not answer:
            break
        print(answer.rstrip("\n"), flush=True)
        time.sleep(args.pause)
    file.close()


if __name__ == "__main__":
    main()
