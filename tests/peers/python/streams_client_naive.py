"""R8, streams, the naive client: asyncio; sends a line (`world`), prints its answer.

Defects, all in `main`: F02, one `read(100)` is taken for the whole answer, and C06, so is what
an early end of stream cut short, even to nothing; F05, what was read is decoded as it is, so
that half a character raises; C08, what comes after the first read is met by a reset.
"""

import argparse
import asyncio


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("name", nargs="?", default="world")
    args = parser.parse_args()

    reader, writer = await asyncio.open_connection(args.host, args.port)
    writer.write(f"{args.name}\n".encode())
    data = await reader.read(100)
    print(data.decode().removesuffix("\n"))
    writer.close()


if __name__ == "__main__":
    asyncio.run(main())
