# Lets `wirecheck fuzz --framer -- python3 framer.py` test a framer.
import sys


class Framer:
    """Put yours here: push() and finish() return the messages that are complete."""

    def __init__(self):
        self.buffer = b""

    def push(self, chunk):
        *lines, self.buffer = (self.buffer + chunk).split(b"\n")
        return lines

    def finish(self):
        return []


def answer(words):
    framer = Framer()
    for word in words:
        try:
            messages = framer.finish() if word == "." else framer.push(bytes.fromhex(word))
        except ValueError as error:  # change it to what yours raises for a malformed stream
            yield "!" + repr(error).replace(" ", "_")
            return
        yield "".join(["=" + message.hex() for message in messages]) or "-"


for line in sys.stdin:
    print(" ".join(answer(line.split())), flush=True)
