"""An event loop in which one thread serves all clients."""

import selectors


class Client:
    """A connection and the bytes of it that are not handled yet."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""


def serve(listener, readable):
    """Call `readable(client)` whenever bytes or the end have come, until it returns False.

    Its exceptions end the program, except those of a lost connection.
    """
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                sock, _ = listener.accept()
                selector.register(sock, selectors.EVENT_READ, Client(sock))
            elif not wants_more(key.data, readable):
                selector.unregister(key.fileobj)
                key.fileobj.close()


def wants_more(client, readable):
    try:
        return readable(client)
    except ConnectionError:
        return False
