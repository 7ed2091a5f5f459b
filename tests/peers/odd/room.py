"""A chat room: `JOIN name` is answered with `WELCOME name ID`, and all others receive what a member says.

`--by threads` and `--by select` are correct. `--late` is how many milliseconds a member waits for
its answer when the others have already received theirs. The others are broken:

- `one-at-a-time` serves the second member when the first one has left;
- `one-read` takes what one `recv` returns for whole lines;
- `forgets` says nothing to the member that joined last;
- `part` takes a line that the end of the stream cuts off for a whole one.
"""

import itertools
import selectors
import threading
import time

import odd

WAYS = ["threads", "select", "one-at-a-time", "one-read", "forgets", "part"]


class Room:
    def __init__(self, by, late):
        self.by = by
        self.late = late / 1000
        self.lock = threading.Lock()
        self.ids = itertools.count(1)
        self.names = {}
        self.unfinished = {}

    def say(self, line, speaker):
        receivers = [it for it in self.names if it is not speaker]
        if self.by == "forgets":
            receivers = receivers[:-1]
        for receiver in receivers:
            try:
                receiver.sendall(line.encode() + b"\n")
            except OSError:
                pass  # It is leaving.

    def receive(self, member, data):
        if self.by == "one-read":
            lines = data.splitlines()
        else:
            *lines, unfinished = (self.unfinished.get(member, b"") + data).split(b"\n")
            self.unfinished[member] = unfinished[-4096:]
        for line in lines:
            self.line(member, line.decode(errors="replace"))

    def line(self, member, line):
        verb, _, rest = line.partition(" ")
        with self.lock:
            if verb == "JOIN":
                self.names[member] = rest
                number = next(self.ids)
                self.say(f"{rest} has ID {number}", member)
                time.sleep(self.late)
                member.sendall(f"WELCOME {rest} {number}\n".encode())
            elif verb == "SAY" and member in self.names:
                self.say(f"{self.names[member]}: {rest}", member)

    def leave(self, member):
        part = self.unfinished.pop(member, b"")
        if self.by == "part" and part:
            self.line(member, part.decode(errors="replace"))
        with self.lock:
            name = self.names.pop(member, None)
            if name is not None:
                self.say(f"{name} left", member)
            member.close()

    def serve(self, member):
        try:
            while data := member.recv(4096):
                self.receive(member, data)
        except OSError:
            pass
        self.leave(member)


def serve_by_select(room, listener):
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ)
                continue
            member = key.fileobj
            try:
                data = member.recv(4096)
                if data:
                    room.receive(member, data)
            except OSError:
                data = b""
            if not data:
                selector.unregister(member)
                room.leave(member)


def main():
    args = odd.arguments(by="threads", late=0)
    assert args.by in WAYS, args.by
    room = Room(args.by, args.late)
    listener = odd.listen(args)
    if args.by == "select":
        serve_by_select(room, listener)
    while True:
        member = listener.accept()[0]
        if args.by == "one-at-a-time":
            room.serve(member)
        else:
            threading.Thread(target=room.serve, args=(member,), daemon=True).start()


main()
