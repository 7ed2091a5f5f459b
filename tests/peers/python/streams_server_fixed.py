"""R8, streams, the fixed server: asyncio; reads one line, answers `Hello, <line>!`, closes.

It reads to the newline, drains the writer, closes its write side, reads to the end of the stream,
closes and waits until it is closed. A line that is too long, or has no newline when the stream
ends, gets no answer.
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
        print(f"connection closed: {error}", file=sys.stderr)
        return
    writer.write(b"Hello, " + line.removesuffix(b"\n") + b"!\n")
    await writer.drain()


async def end(reader, writer):
    """Close with a FIN: closing with bytes unread would send a reset."""
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
        print(f"connection lost: {error}", file=sys.stderr)
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except OSError:
            pass  # a reset closes, too


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
