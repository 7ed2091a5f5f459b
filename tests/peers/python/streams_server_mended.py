"""R8, streams, the mended server: asyncio; one line in, `Hello, <line>!` out, close.

It reads to the newline, drains the writer, ends its own side, reads what still comes, closes
and waits for that. A line that is too long, or has no newline when the stream ends, is not
answered.
"""

import argparse
import asyncio
import os
import sys

LONGEST_LINE = 65536


async def answer(reader, writer):
    try:
        line = await reader.readuntil(b"\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        print(f"a client is sent away: {error}", file=sys.stderr)
        return
    writer.write(b"Hello, " + line.removesuffix(b"\n") + b"!\n")
    await writer.drain()


async def end(reader, writer):
    """End with a FIN: closing on unread bytes would reset the connection instead."""
    writer.write_eof()
    try:
        async with asyncio.timeout(2):
            while await reader.read(4096):
                pass
    except TimeoutError:
        pass


async def greet(reader, writer):
    try:
        await answer(reader, writer)
        await end(reader, writer)
    except OSError as error:
        print(f"a client is gone: {error}", file=sys.stderr)
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except OSError:
            pass  # a reset closes as well


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    server = await asyncio.start_server(
        greet, args.host, args.port, backlog=128, limit=LONGEST_LINE
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
