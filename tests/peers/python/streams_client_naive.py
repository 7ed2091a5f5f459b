"""R8, streams, the naive client: asyncio; sends a line (default `world`) and prints the answer.

Defects, in `main`:
- F02: one `read(100)` is taken for the whole answer. So is an answer that the end of the stream
  cuts short, even an empty one (C06).
- F05: the bytes of one read are decoded alone, so half a character raises.
- C08: what arrives after the first read is reset.
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
