"""R7, threaded server, the naive form: one thread per client, `echo: <line>` for each line.

Defects, in `serve`:
- F07: each recv is answered, even if it is half a line or two lines.
- F05: each recv is decoded alone, so a character in two pieces raises.
- C07: after such an exception, or a reset, the thread ends but the socket stays open, because the
  list of clients still refers to it. If the client then closes, the socket stays in CLOSE_WAIT.
"""

import argparse
import os
import socket
import threading

clients = []


def serve(connection):
    while True:
        data = connection.recv(4096)
        if not data:
            break
        text = data.decode().removesuffix("\n")
        connection.sendall(f"echo: {text}\n".encode())
    clients.remove(connection)
    connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            clients.append(connection)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
