"""Correct: a WebSocket server that sends each message back when a ping got its pong, with its payload.

Broken: with --naive=1 it closes if one recv does not return a whole part of a frame.
"""

import base64
import hashlib
import struct

import odd

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Gone(Exception):
    pass


class Stream:
    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def more(self):
        chunk = self.connection.recv(4096)
        if not chunk:
            raise Gone
        self.buffer += chunk

    def take(self, size):
        while len(self.buffer) < size:
            if args.naive and self.buffer:
                raise Gone
            self.more()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def head(self):
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        return self.take(self.buffer.index(b"\r\n\r\n") + 4)

    def frame(self):
        first, second = self.take(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self.take(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self.take(8))
        if not second & 0x80 or size > 65536:
            raise Gone
        mask = self.take(4)
        payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.take(size)))
        return first & 0x0F, payload

    def send(self, opcode, payload):
        self.connection.sendall(bytes([0x80 | opcode, len(payload)]) + payload)


def shake_hands(stream):
    fields = dict(line.split(b": ", 1) for line in stream.head().split(b"\r\n")[1:] if line)
    key = fields[b"Sec-WebSocket-Key"] + GUID
    accept = base64.b64encode(hashlib.sha1(key).digest())
    stream.connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def serve(connection):
    stream = Stream(connection)
    waiting = []
    pings = 0
    try:
        shake_hands(stream)
        while True:
            opcode, payload = stream.frame()
            if opcode in (TEXT, BINARY):
                waiting.append((opcode, payload))
                if len(waiting) == 1:
                    pings += 1
                    stream.send(PING, b"\x00\xff %d" % pings)
            elif opcode == PONG and payload == b"\x00\xff %d" % pings:
                stream.send(*waiting.pop(0))
                if waiting:
                    pings += 1
                    stream.send(PING, b"\x00\xff %d" % pings)
            elif opcode == CLOSE:
                return
    except (Gone, KeyError, ValueError):
        pass


args = odd.arguments(naive=0)
odd.serve_threads(odd.listen(args), serve)
