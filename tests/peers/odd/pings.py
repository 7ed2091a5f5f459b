"""Correct: answers a line only after its own `PING n` got a `PONG n`. At the end it answers no more.

With --inside=1 it sends the PING when the first bytes of a line have come, and with --trailing=1
also one behind each answer, for which it does not wait.

Broken: with --silent=1 it sends nothing after the PONG, with --takes=1 it takes a PONG for a line,
with --naive=1 it takes what one recv returns for whole lines, and with --endless=1 it never has
enough PONGs.
"""

import odd


class Client:
    def __init__(self, connection):
        self.connection = connection
        self.lines = []
        self.pings = self.pongs = 0
        # The number of the PING that an answer waits for.
        self.awaited = 0

    def ping(self):
        self.pings += 1
        self.connection.sendall(b"PING %d\n" % self.pings)

    def take(self, line):
        if line == b"PONG %d" % (self.pongs + 1) and not args.takes:
            self.pongs += 1
        else:
            self.lines.append(line + b"\n")

    def ask(self):
        if not self.awaited:
            self.ping()
            self.awaited = self.pings

    def may_answer(self):
        if args.endless and self.awaited and self.pongs >= self.awaited:
            self.awaited = 0
            self.ask()
        return self.awaited and (self.pongs >= self.awaited or args.takes)

    def answer(self):
        if self.lines:
            self.ask()
        while self.lines and self.may_answer():
            line = self.lines.pop(0)
            if not args.silent:
                self.connection.sendall(odd.echo(line))
            if args.trailing:
                self.ping()
            self.awaited = 0
            if self.lines:
                self.ask()


def serve(connection):
    client = Client(connection)
    unfinished = b""
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        if args.naive and unfinished:
            lines.append(unfinished)
            unfinished = b""
        for line in lines:
            client.take(line)
        is_pong = b"PONG".startswith(unfinished[:4])
        if args.inside and unfinished and not is_pong:
            client.ask()
        client.answer()


args = odd.arguments(inside=0, trailing=0, silent=0, takes=0, naive=0, endless=0)
odd.serve_threads(odd.listen(args), serve)
