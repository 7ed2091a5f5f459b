"""Takes what int takes for a length."""

from protocol import ProtocolError, recv_exactly, send_capitals


def serve(sock):
    while True:
        header = recv_exactly(sock, 10)
        # explain: begin
        try:
            length = int(header)        # takes "+5", "-5", "1_0", " 5"
        except ValueError:
            raise ProtocolError(header) from None
        # explain: end
        if length > 65536:
            raise ProtocolError(length)
        send_capitals(sock, recv_exactly(sock, length))
