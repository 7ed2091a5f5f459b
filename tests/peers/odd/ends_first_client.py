"""Correct: a client that ends its side with shutdown(SHUT_WR) after its request, then reads.

It reads to the server's end. Right: all cases pass.
"""

import socket
import sys

import odd

with odd.call(odd.arguments()) as connection:
    connection.sendall(b"hello\n")
    connection.shutdown(socket.SHUT_WR)
    received = b""
    while chunk := connection.recv(4096):
        received += chunk
if not received.endswith(b"\n"):
    sys.exit("the answer is truncated")
print(received.decode(), end="")
