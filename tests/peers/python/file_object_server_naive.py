"""R2, file object, the naive server: lines read and written through `makefile`.

Each line is answered `Hello, <line>!`; the line `STOP` should end the connection without
an answer. Defects, all in `serve`: the line is compared with its newline still on, so that
`STOP` never matches and is greeted as well (no code: the baseline shows it); F03, a text
file that is opened for both drops what it has read ahead as soon as it writes, so that of
lines that come joined only the first is answered; C03, at the end of the stream the file is
closed and then read again, which raises and ends the server; C05, the second client is
therefore never served (a reset ends the server just so: C04), and S01, it waits in vain as
long as the first one stays. The socket below the file is not closed.
"""

import argparse
import os
import socket


def serve(connection):
    file = connection.makefile("rw", encoding="utf-8", newline="\n")
    while True:
        line = file.readline()
        if line == "STOP":
            break
        if not line.endswith("\n"):  # the stream has ended
            file.close()
            continue
        name = line.rstrip("\n")
        file.writelines([f"Hello, {name}!", "\n"])
        file.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        connection, _ = listener.accept()
        serve(connection)


if __name__ == "__main__":
    main()
