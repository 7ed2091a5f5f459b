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


def capitals(body):
    """Return the answer to a message with a header of ten columns: its text in capitals."""
    body = body.decode(errors="replace").upper().encode()
    return f"{len(body):<10}".encode() + body


def send_capitals(sock, body):
    sock.sendall(capitals(body))


def answer(line, ending=b"\n"):
    """Return the answer to a line without its ending: an echo."""
    return b"echo: " + line + ending


def answer_lines(sock):
    """Answer each line; fail if the stream ends inside one."""
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            sock.sendall(answer(line))
    if buffer:
        raise EOFError("inside a line")
