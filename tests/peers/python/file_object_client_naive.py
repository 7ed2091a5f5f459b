"""R2, file object, the naive client: lines read and written through `makefile`.

Sends each name (by default Ada, Grace, STOP) as a line and prints the line that answers
it, until the server closes. Defects, both in `main`: C06, `readline` also returns what came
before the end of the stream without a newline, and the client prints that as if it were an
answer; F03, a text file that is opened for both drops what it has read ahead as soon as it
writes (only a server that answers before it is asked shows that). Closing the file leaves the
socket below it open until the program ends.
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
