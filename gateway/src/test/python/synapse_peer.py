"""A whole Synapse that also does what it is told: asks other servers, in its own name and by its own client.

    python synapse_peer.py homeserver.yaml

Says {"ready": true} on standard output once it listens. After that it reads one JSON object a line,

    {"destination": SERVER, "path": PATH, "args": {NAME: [VALUE, ...]}}

sends the GET that this describes, signed, and answers with {"status": N, "body": JSON or TEXT}. It ends with its
standard input.
"""

import json
import sys

from synapse.api.errors import HttpResponseException
from synapse.app._base import register_start, start_reactor
from synapse.app.homeserver import (
    create_homeserver,
    load_or_generate_config,
    setup,
    start,
)
from synapse.logging.context import LoggingContext
from twisted.internet import reactor, stdio
from twisted.protocols.basic import LineReceiver

import logging


class Orders(LineReceiver):
    delimiter = b"\n"

    def __init__(self, hs):
        self._hs = hs

    def connectionMade(self):
        self.sendLine(json.dumps({"ready": True}).encode())

    def lineReceived(self, line):
        self._hs.run_as_background_process("order", self._obey, json.loads(line))

    def connectionLost(self, reason=None):
        if reactor.running:
            reactor.stop()

    async def _obey(self, order):
        try:
            body = await self._hs.get_federation_http_client().get_json(
                order["destination"], order["path"], args=order["args"], timeout=20000
            )
            answer = {"status": 200, "body": body}
        except HttpResponseException as e:
            answer = {"status": e.code, "body": e.response.decode(errors="replace")}
        except Exception as e:
            answer = {"status": 0, "body": f"{type(e).__name__}: {e}"}
        self.sendLine(json.dumps(answer).encode())


async def start_and_listen(hs):
    await start(hs)
    stdio.StandardIO(Orders(hs))


def main():
    config = load_or_generate_config(["-c", sys.argv[1]])
    with LoggingContext(name="main", server_name=config.server.server_name):
        hs = create_homeserver(config)
        setup(hs)
        register_start(hs, start_and_listen, hs)
        start_reactor(
            "synapse-peer",
            soft_file_limit=config.server.soft_file_limit,
            gc_thresholds=config.server.gc_thresholds,
            pid_file=config.server.pid_file,
            daemonize=False,
            print_pidfile=False,
            logger=logging.getLogger(__name__),
        )


if __name__ == "__main__":
    main()
