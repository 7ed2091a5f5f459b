"""R2, file object, the naive server: reads and writes lines through `makefile`.

It answers each line `Hello, <line>!`. The line `STOP` should end the connection without an
answer. The socket below the file is not closed.

Defects, in `serve`:
- no code, the baseline shows it: the line is compared with its newline still attached, so `STOP`
  never matches and gets a greeting.
- F03: a text file opened for reading and writing drops its read-ahead buffer on each write. Of
  lines that arrive joined only the first is answered.
- C03: at the end of the stream the file is closed and then read again. That raises and ends the
  server. A reset ends it too (C04), so no second client is served (C05).
- S01: a second client waits as long as the first one stays.
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
