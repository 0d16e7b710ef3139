"""An API that answers at once, in a process of its own: 200 to one request in so many, else 401.

`python -m benchmarks.fast_api PORT EVERY`. It judges nothing, so that what is measured is whoever
asks.
"""

import asyncio
import sys

LET_IN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
REFUSED = (
    b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n"
    b'WWW-Authenticate: DPoP error="invalid_token", algs="RS256"\r\n\r\n{}'
)


class Api(asyncio.Protocol):
    """One connection, one request."""

    asked = 0
    every = 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.read = b""

    def data_received(self, data: bytes) -> None:
        self.read += data
        if b"\r\n\r\n" in self.read:
            is_first = Api.asked % Api.every == 0
            Api.asked += 1
            self.transport.write(LET_IN if is_first else REFUSED)  # type: ignore[attr-defined]
            self.transport.close()


async def main(port: int, every: int) -> None:
    Api.every = every
    server = await asyncio.get_running_loop().create_server(Api, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
