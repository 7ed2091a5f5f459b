"""An HTTP/1.1 server that echoes bodies, for `scenarios/framing/http1.toml`.

    python3 http1_server.py --host HOST --port PORT

It answers a request with its body, or with its method and target if it has none. It keeps the
connection open unless the request says `Connection: close`. The answer to one of HTTP/1.0 ends with
the connection. It reads a request to its end before it
answers, and answers a malformed one with 400 and closes.
"""

import argparse
import os
import re
import socket
import sys
import threading

MOST = 65536
REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/1\.([0-9])")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})([ \t]*;[\t -~\x80-\xff]*)?")


class Malformed(Exception):
    pass


class Ended(Exception):
    """The client has closed its side."""


class Stream:
    def __init__(self, connection):
        self.connection = connection
        self.data = bytearray()

    def more(self):
        chunk = self.connection.recv(MOST)
        if not chunk:
            raise Ended
        self.data += chunk

    def take(self, size):
        while len(self.data) < size:
            self.more()
        taken = bytes(self.data[:size])
        del self.data[:size]
        return taken

    def line(self):
        """A line without its CRLF."""
        searched = 0
        while (end := self.data.find(b"\n", searched)) < 0:
            searched = len(self.data)
            if searched > MOST:
                raise Malformed("a line is too long")
            self.more()
        line = self.take(end + 1)
        if not line.endswith(b"\r\n"):
            raise Malformed("a line ends with LF")
        return line[:-2]

    def fields(self):
        fields, size = [], 0
        while line := self.line():
            size += len(line)
            match = FIELD.fullmatch(line)
            if not match or size > MOST:
                raise Malformed("not a field")
            fields.append((match[1].lower(), match[2].rstrip(b" \t")))
        return fields


def read_chunks(stream):
    body = b""
    while True:
        match = CHUNK.fullmatch(stream.line())
        if not match or len(body) + (size := int(match[1], 16)) > 1 << 20:
            raise Malformed("not the size of a chunk")
        if size == 0:
            stream.fields()
            return body
        body += stream.take(size)
        if stream.take(2) != b"\r\n":
            raise Malformed("a chunk is longer than its size")


def read_body(stream, fields):
    lengths = [value for name, value in fields if name == b"content-length"]
    codings = [value for name, value in fields if name == b"transfer-encoding"]
    if codings:
        if lengths or [it.lower() for it in codings] != [b"chunked"]:
            raise Malformed("the end of the body is not clear")
        return read_chunks(stream)
    if not lengths:
        return None
    if len(lengths) > 1 or not re.fullmatch(rb"[0-9]{1,7}", lengths[0]):
        raise Malformed("not a length")
    return stream.take(int(lengths[0]))


def read_request(stream):
    """The body of the answer, and how it is sent."""
    while not (line := stream.line()):
        pass
    match = REQUEST_LINE.fullmatch(line)
    if not match:
        raise Malformed("not a request line")
    fields = stream.fields()
    names = [name for name, _ in fields]
    if names.count(b"host") > 1 or match[3] != b"0" and b"host" not in names:
        raise Malformed("not one Host")
    body = read_body(stream, fields)
    if body is None:
        body = match[1] + b" " + match[2]
    if match[3] == b"0":
        return body, "until-close"
    return body, "last" if (b"connection", b"close") in fields else "by-length"


def send(connection, status, body, how="by-length"):
    field = "Connection: close" if how == "until-close" else f"Content-Length: {len(body)}"
    connection.sendall(f"HTTP/1.1 {status}\r\n{field}\r\n\r\n".encode() + body)


def serve(connection):
    stream = Stream(connection)
    with connection:
        try:
            how = "by-length"
            while how == "by-length":
                body, how = read_request(stream)
                send(connection, "200 OK", body, how)
        except Malformed as error:
            send_error(connection, str(error))
        except Ended:
            pass
        except OSError as error:
            print(f"connection lost: {error}", file=sys.stderr)


def send_error(connection, why):
    try:
        send(connection, "400 Bad Request", why.encode())
    except OSError as error:
        print(f"connection lost: {error}", file=sys.stderr)


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
