"""R8, streams, the fixed client: asyncio; sends a line (default `world`) and prints the answer.

It drains the writer, reads to the newline, closes and waits until it is closed. If the answer is
too long, not UTF-8 or incomplete, it prints an error to stderr and exits with code 1.
"""

import argparse
import asyncio
import sys

LONGEST_LINE = 65536


async def ask(host, port, name):
    reader, writer = await asyncio.open_connection(host, port, limit=LONGEST_LINE)
    try:
        writer.write(f"{name}\n".encode())
        await writer.drain()
        return (await reader.readuntil(b"\n")).decode().removesuffix("\n")
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except OSError:
            pass  # a reset closes, too


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("name", nargs="?", default="world")
    args = parser.parse_args()

    try:
        print(asyncio.run(ask(args.host, args.port, args.name)))
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
        sys.exit(f"no answer: {error}")


if __name__ == "__main__":
    main()
