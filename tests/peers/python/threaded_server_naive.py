"""R7, threaded server, the naive form: a thread a client, `echo: <line>` for each line.

Defects, all in `serve`: F07, each recv is answered, be it half a line or two; F05, each recv
is decoded on its own, so that a character in two pieces raises; C07, such an exception, or a
reset, ends the thread but leaves the socket open, as the list of clients still holds it (the
client that ends then is in CLOSE_WAIT for ever).
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
