"""R8, streams, the naive server: asyncio; reads one line, answers `Hello, <line>!`, closes.

It never drains the writer, which does not show with answers as short as these.

Defects, in `greet`:
- F02: one `read(100)` is taken for the whole line. So is a line that the end of the stream cuts
  short, even an empty one (C06).
- F05: the bytes of one read are decoded alone, so half a character raises. The exception leaves
  the connection open, because the set of tasks still refers to it (C07).
- C08: what arrives after the first read is reset.
"""

import argparse
import asyncio
import os

tasks = set()


async def greet(reader, writer):
    data = await reader.read(100)
    name = data.decode().removesuffix("\n")
    writer.write(f"Hello, {name}!\n".encode())
    writer.close()


def accept(reader, writer):
    tasks.add(asyncio.create_task(greet(reader, writer)))


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    server = await asyncio.start_server(accept, args.host, args.port, backlog=128)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
