"""A server that repeats each line. Lines end with CRLF. An LF alone ends a line too, but not if it
is all that a read returns: crlf_server.py PORT"""

import socket
import sys
import threading


def serve(stream):
    buffer = b""
    with stream:
        while received := stream.recv(4096):
            buffer += received
            while b"\r\n" in buffer:
                line, buffer = buffer.split(b"\r\n", 1)
                stream.sendall(b"you said: " + line + b"\r\n")
            if buffer.endswith(b"\n") and len(received) > 1:
                stream.sendall(b"you said: " + buffer.rstrip(b"\n") + b"\r\n")
                buffer = b""


with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64) as listener:
    while True:
        stream, _ = listener.accept()
        threading.Thread(target=serve, args=(stream,), daemon=True).start()
