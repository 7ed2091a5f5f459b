"""Drops the answers that it has not sent when the stream ends."""

import select
from collections import deque

from protocol import answer


class Client:
    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.replies = deque()


def main(listener):
    clients = {}
    while True:
        queued = [sock for sock, client in clients.items() if client.replies]
        can_read, can_write, _ = select.select([listener, *clients], queued, [])
        for sock in can_read:
            if sock is listener:
                sock, _ = listener.accept()
                clients[sock] = Client(sock)
            elif not has_read(clients[sock]):
                del clients[sock]
                sock.close()
        for sock in can_write:
            if sock in clients:
                sock.sendall(clients[sock].replies.popleft())


def has_read(client):
    try:
        return on_readable(client)
    except ConnectionError:
        return False


# explain: begin
def on_readable(client):
    data = client.sock.recv(4096)
    if not data:                        # with answers in the queue
        return False
    *lines, client.buffer = (client.buffer + data).split(b"\n")
    for line in lines:                  # sent when the socket is writable
        client.replies.append(answer(line))
    return True
# explain: end
