"""R8, streams, the naive server: asyncio; one line in, `Hello, <line>!` out, close.

Defects, all in `greet`: F02, one `read(100)` is taken for the whole line and answered at once,
and C06, so is what an early end of stream cut short, even to nothing; F05, what was read is
decoded as it is, so that half a character raises; C07, the exception leaves the transport
open, as the set of tasks still holds it; C08, what comes after the first read is met by a
reset. The writer is never drained, which nobody sees with answers as short as these.
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
