"""R4, header, a naive server that reads: ten columns of decimal length, then UTF-8 text.

It answers each message with its body in upper case, in the same framing. One thread per client.

Defects:
- F01 in `receive_message`: the first recv is taken for the whole header.
- F02 in `receive_message`: the second recv is taken for the rest of the body. So a body cut short
  by the end of the stream is answered too (C06).
- F03 in `receive_message`: bytes after the body in the same segment are dropped.
- H01 in `receive_message`: `int` also accepts `+5`, `-5`, `1_0`, leading spaces or zeros, and
  non-ASCII digits. A length has no limit.
- F06 in `send_message`: the header of the answer counts characters, not bytes.
- C08 in `serve`: a header that `int` rejects ends the connection, as it should, but with a reset
  if bytes are left unread.
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
