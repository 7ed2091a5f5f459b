# The push parser of the package `multipart`. Version 1.1.0 loses a part when a line end is cut.
import sys
import multipart


class Framer:
    def __init__(self):
        self.parser = multipart.PushMultipartParser("XX")

    def push(self, chunk):
        messages = []
        for event in self.parser.parse(chunk):
            if isinstance(event, multipart.MultipartSegment):
                self.part = event.name.encode() + b": "
            elif event:
                self.part += event
            elif event is None:
                messages.append(self.part)
        return messages

    def finish(self):
        self.parser.close()
        return []


def answer(words):
    framer = Framer()
    for word in words:
        try:
            messages = framer.finish() if word == "." else framer.push(bytes.fromhex(word))
        except multipart.MultipartError as error:
            yield "!" + repr(error).replace(" ", "_")
            return
        yield "".join("=" + message.hex() for message in messages) or "-"


for line in sys.stdin:
    print(*answer(line.split()), flush=True)
