"""Keeps what it has read when a read takes too long."""

import sys

TIMEOUT = 2


def call(sock):
    # explain: begin
    sock.settimeout(TIMEOUT)
    buffer = b""
    messages = 0
    while messages < 2:
        try:
            data = sock.recv(4096)
        except TimeoutError:
            continue
        if not data:
            sys.exit("the stream ended early")
        buffer += data
        while (end := end_of_message(buffer)) is not None:
            print(buffer[10:end].decode())
            buffer = buffer[end:]
            messages += 1
    # explain: end


def end_of_message(buffer):
    """Return where the first message ends, or None if it is not whole."""
    if len(buffer) < 10:
        return None
    length = buffer[:10].strip()
    if not length.isdigit():
        sys.exit(f"a malformed length: {length}")
    end = 10 + int(length)
    return end if len(buffer) >= end else None
