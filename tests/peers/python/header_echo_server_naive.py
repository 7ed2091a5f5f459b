"""R4, header, a naive server that reads: ten columns of decimal length, then UTF-8 text.

Each message is answered with its body in upper case, framed alike; a thread a client.
Defects: F01, the first recv is taken to hold the whole header; F02, the next one to hold all
of the body, and C06, so a body that the stream's end cut short is answered; F03, what follows
the body in the same segment is swallowed; H01, `int` also takes `+5`, `-5`, `1_0`, leading
spaces or zeros, and digits that are not ASCII, and a length has no bound (all in
`receive_message`); F06, the header of the answer counts characters, not bytes
(`send_message`). A header that `int` refuses ends the connection, as it should, but with a
reset if bytes are left unread: C08 (`serve`).
"""

import argparse
import os
import socket
import threading


def receive_message(connection):
    data = connection.recv(16)
    if not data:
        return None
    length = int(data[:10].decode())
    body = data[10:]
    if len(body) < length:
        body += connection.recv(65536)
    return body[:length].decode()


def send_message(connection, text):
    message = f"{len(text):<10}{text}"
    connection.sendall(message.encode())


def serve(connection):
    with connection:
        try:
            while (text := receive_message(connection)) is not None:
                send_message(connection, text.upper())
        except (ConnectionError, ValueError):
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
