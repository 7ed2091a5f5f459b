"""Broken: an HTTP-like client that prints two bytes of a body although 22 are announced.

It believes the end of the stream more than Content-Length. Right: exit code 1, C06.
"""

import odd

with odd.call(odd.arguments()) as connection:
    connection.sendall(b"Content-Length: 5\r\n\r\nhello")
    received = b""
    while chunk := connection.recv(4096):
        received += chunk
        head, end, body = received.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.split(b":")[1]):
            break
print(received.partition(b"\r\n\r\n")[2].decode())
