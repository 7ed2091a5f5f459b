"""websocket_server.py HOST PORT: sends each message back, with the package `websockets`."""
import asyncio
import logging
import sys

import websockets


async def echo(connection, path=None):
    async for message in connection:
        await connection.send(message)


async def main():
    host, port = sys.argv[1:]
    async with websockets.serve(echo, host, int(port)):
        await asyncio.Future()


# A malformed frame is logged as an error.
logging.disable()
asyncio.run(main())
