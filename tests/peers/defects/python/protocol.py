"""What the Python peers of the matrix share, apart from what they show."""


class ProtocolError(Exception):
    """The client sent something that the protocol does not allow."""


def recv_exactly(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            raise EOFError(f"{len(data)} of {n} bytes")
        data += piece
    return data


def recv_header(sock):
    """Return the length that a header of ten columns declares."""
    return int(recv_exactly(sock, 10))


def send_capitals(sock, body):
    """Answer a message with a header of ten columns: its text in capitals."""
    body = body.decode().upper().encode()
    sock.sendall(f"{len(body):<10}".encode() + body)


def answer(line):
    """The answer to a line without its end."""
    return b"echo: " + line + b"\n"
