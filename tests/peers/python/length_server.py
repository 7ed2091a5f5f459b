"""A server of length-prefixed messages that is broken in one chosen way, or in none.

    python3 length_server.py --host HOST --port PORT FRAMING [--accepts KIND] [--on-error WHAT] [--reads HOW]

It answers each message with its text in upper case. A header is valid if it is written as its
framing says and declares at most 64 KiB; after any other it closes the connection.

--accepts KIND    a malformed header that it takes for a valid one, as `header:KIND` sends it
--on-error WHAT   what it does after a malformed header: close (default), reply, die, hang, spin
--reads HOW       how it reads a body: limited (default), early (takes the end of the stream for
                  the end of the body), any (all that arrives, whatever the length), all-at-once
                  (gets the memory for the declared length first, and has no limit), unbounded
                  (collects bytes until a line or a number ends, without a limit)
"""

import argparse
import os
import re
import socket
import sys
import threading
import time

LIMIT = 65536
KINDS = {
    # What the number in a header may look like, and what it means then.
    "negative": (rb"-[0-9]+", lambda text: 0),
    "absolute": (rb"-[0-9]+", lambda text: abs(int(text))),
    "signed": (rb"\+[0-9]+", int),
    "underscored": (rb"[0-9]+(_[0-9]+)+", int),
    "non-ascii-digits": (rb"(?s)[0-9]*[^\x00-\x7f]+", lambda text: int(text.decode())),
    "hex": (rb"0x[0-9a-f]+", lambda text: int(text, 16)),
    "spaces": (rb" *[0-9]+ *", int),
    "leading-zeros": (rb"0[0-9]+", int),
    "empty": (rb"", lambda text: 0),
}


class Malformed(Exception):
    pass


class Stream:
    def __init__(self, connection, reads):
        self.connection, self.reads = connection, reads
        self.data = bytearray()

    def more(self):
        chunk = self.connection.recv(65536)
        self.data += chunk
        return bool(chunk)

    def take(self, size):
        taken = bytes(self.data[:size])
        del self.data[:size]
        return taken

    def exactly(self, size):
        while len(self.data) < size:
            if not self.more():
                raise EOFError("inside a message")
        return self.take(size)

    def body(self, length):
        if self.reads == "all-at-once":
            body = bytearray(length)  # filled with zeros: every page is used
            body[:] = self.exactly(length)
            return bytes(body)
        if length > LIMIT:
            raise Malformed("too long")
        if self.reads == "any":
            if not self.data:
                self.more()
            return self.take(len(self.data))
        if self.reads == "early":
            while len(self.data) < length and self.more():
                pass
            return self.take(length)
        return self.exactly(length)

    def until(self, end, limit):
        while end not in self.data:
            if self.reads != "unbounded" and len(self.data) > limit:
                raise Malformed("no end")
            if not self.more():
                raise EOFError("inside a message")
        at = self.data.index(end)
        if self.reads != "unbounded" and at > limit:
            raise Malformed("too long")
        text = self.take(at)
        self.take(len(end))
        return text

    def is_over(self):
        return not self.data and not self.more()


def number(text, accepts):
    if re.fullmatch(rb"0|[1-9][0-9]*", text):
        return int(text)
    pattern, meaning = KINDS.get(accepts, (None, None))
    if pattern is not None and re.fullmatch(pattern, text):
        return meaning(text)
    raise Malformed(f"not a length: {text!r}")


class AsciiLength:
    def read(self, stream, accepts):
        column = stream.exactly(10)
        text = column if accepts == "spaces" else column.rstrip(b" ")
        return stream.body(number(text, accepts))

    def write(self, body):
        return b"%-10d" % len(body) + body


class Length:
    def read(self, stream, accepts):
        length = int.from_bytes(stream.exactly(4), "big")
        if accepts == "negative" and length >= 1 << 31:
            length = 0
        return stream.body(length)

    def write(self, body):
        return len(body).to_bytes(4, "big") + body


class Netstring:
    def read(self, stream, accepts):
        length = number(stream.until(b":", 20), accepts)
        body = stream.body(length)
        if stream.reads == "any":
            return body.rstrip(b",;")
        if stream.reads == "early" and not stream.data and not stream.more():
            return body.rstrip(b",")
        if stream.exactly(1) != b"," and accepts != "wrong-terminator":
            raise Malformed("no comma")
        return body

    def write(self, body):
        return b"%d:%s," % (len(body), body)


class Headers:
    def read(self, stream, accepts):
        block = stream.until(b"\r\n\r\n", 8192)
        values = [
            value
            for name, colon, value in (line.partition(b":") for line in block.split(b"\r\n"))
            if colon and name.lower() == b"content-length"
        ]
        if len(values) > 1 and accepts == "duplicate":
            values = values[:1]
        if not values and accepts == "missing":
            return b""
        if len(values) != 1:
            raise Malformed("one length is needed")
        text = values[0][1:] if values[0].startswith(b" ") else values[0]
        return stream.body(number(text, accepts))

    def write(self, body):
        return b"Content-Length: %d\r\n\r\n" % len(body) + body


class VarintLength:
    def read(self, stream, accepts):
        length = 0
        for index in range(4):
            byte = stream.exactly(1)[0]
            length |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                if byte == 0 and index > 0 and accepts != "overlong":
                    raise Malformed("longer than needed")
                return stream.body(length)
        if accepts == "unterminated":
            return stream.body(0)
        raise Malformed("no end")

    def write(self, body):
        header, length = bytearray(), len(body)
        while length >= 0x80:
            header.append(length & 0x7F | 0x80)
            length >>= 7
        header.append(length)
        return bytes(header) + body


class Resp:
    def read(self, stream, accepts):
        count = self.length(stream, b"*", None)
        for _ in range(count):
            length = self.length(stream, b"$", accepts)
            body = stream.body(length)
            if stream.reads == "any":
                body = body.removesuffix(b"\r\n")
            elif stream.reads == "early":
                body = body.removesuffix(b"\r")
                stream.take(2)
            elif stream.exactly(2) != b"\r\n":
                raise Malformed("no line ending")
        return body

    def length(self, stream, kind, accepts):
        line = stream.until(b"\r\n", 64)
        if line[:1] != kind:
            raise Malformed("unexpected type")
        return number(line[1:], accepts)

    def write(self, body):
        return b"$%d\r\n%s\r\n" % (len(body), body)


class Line:
    def read(self, stream, accepts):
        return stream.until(b"\n", LIMIT)

    def write(self, body):
        return body + b"\n"


FRAMINGS = {
    "ascii_length": AsciiLength,
    "length": Length,
    "netstring": Netstring,
    "headers": Headers,
    "varint_length": VarintLength,
    "resp": Resp,
    "line": Line,
}


def serve(connection, args):
    stream, framing = Stream(connection, args.reads), FRAMINGS[args.framing]()
    with connection:
        try:
            while not stream.is_over():
                body = framing.read(stream, args.accepts)
                connection.sendall(framing.write(body.upper()))
        except EOFError as error:
            print(f"connection closed: {error}", file=sys.stderr)
        except Malformed as error:
            print(f"connection closed: {error}", file=sys.stderr)
            after_error(connection, framing, args.on_error)
        except OSError as error:
            print(f"connection lost: {error}", file=sys.stderr)


def after_error(connection, framing, what):
    if what == "die":
        os._exit(1)
    if what == "hang":
        threading.Event().wait()
    if what == "spin":
        while True:
            pass
    if what == "reply":
        connection.sendall(framing.write(b"error: malformed header"))
    end(connection)


def end(connection):
    """Close with a FIN: closing with bytes unread would send a reset."""
    until = time.monotonic() + 2
    connection.shutdown(socket.SHUT_WR)
    while (left := until - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(65536):
            break


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("framing", choices=FRAMINGS)
    parser.add_argument("--accepts")
    parser.add_argument("--on-error", default="close")
    parser.add_argument("--reads", default="limited")
    args = parser.parse_args()
    with socket.create_server((args.host, args.port), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, args), daemon=True).start()


if __name__ == "__main__":
    main()
