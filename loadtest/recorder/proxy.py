"""A CONNECT proxy on loopback: the whole network of the recorded servers.

Every server gets a port of its own, so the proxy knows who is calling. It maps
server names to local ports, and a network partition is simply its refusal.
"""

import asyncio
import threading


class Proxy:
    def __init__(self):
        self._routes = {}
        self._cut = set()
        self._open = []
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def route(self, server_name, port):
        """Connections to server_name (host:port) go to this local port."""
        self._routes[server_name] = port

    def listen(self, caller, port):
        """Opens the proxy port that only `caller` uses."""

        async def start():
            await asyncio.start_server(
                lambda reader, writer: self._serve(caller, reader, writer), "127.0.0.1", port
            )

        self._call(start())

    def cut(self, *groups):
        """Parts the groups of servers from each other, open connections included."""

        async def apply():
            for group in groups:
                for other in groups:
                    if group is not other:
                        self._cut |= {frozenset((a, b)) for a in group for b in other}
            for pair, writers in self._open:
                if pair in self._cut:
                    for writer in writers:
                        writer.close()

        self._call(apply())

    def heal(self):
        self._cut = set()

    async def _serve(self, caller, reader, writer):
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = request.split(b" ", 2)
            target = target.decode()
            pair = frozenset((caller, target))
            if method != b"CONNECT" or target not in self._routes or pair in self._cut:
                # Said, not just closed: Synapse then fails at once instead of after its time limit.
                writer.write(b"HTTP/1.1 503 Unreachable\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", self._routes[target]
            )
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            entry = (pair, (writer, far_writer))
            self._open.append(entry)
            try:
                await asyncio.gather(
                    self._pipe(reader, far_writer), self._pipe(far_reader, writer)
                )
            finally:
                self._open.remove(entry)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def _pipe(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
