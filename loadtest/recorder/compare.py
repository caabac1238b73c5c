#!/usr/bin/env python3
"""Measures Headwater beside other homeservers. See README.md.

    loadtest/compare [--peer NAME ...] [--events N]
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import quote

import environment

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
PEERS = ("synapse-sqlite", "synapse-postgresql", "dendrite")
RESIDENT, ASKER = "alder.example:8448", "birch.example:8448"
LIMIT = 100
# From this many places of the room, so that no answer can be kept as a whole.
STARTS = 200


def say(text):
    print(text, flush=True)


def arguments():
    parser = argparse.ArgumentParser(
        prog="compare",
        description="Makes a room on another homeserver, loads it into Headwater, and sends both the same signed requests"
        " for 100 events, in turns. Everything listens on 127.0.0.1.",
        epilog="Synapse comes from PyPI and Dendrite from Go modules (with Go on the PATH). PostgreSQL and redis-server"
        " must be installed. tuwunel and its family are left out: they are on no package registry.",
    )
    parser.add_argument("--peer", action="append", choices=PEERS, help="this one only; may be repeated")
    parser.add_argument("--events", type=int, default=2000, help="messages in the room (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="turns that count (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=6, help="length of a turn (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=8, help="requests in flight (default: %(default)s)")
    parser.add_argument(
        "--venv", type=pathlib.Path, default=environment.DEFAULT, help="virtual environment, made if absent (default: %(default)s)"
    )
    options = parser.parse_args()
    if options.events <= LIMIT:
        parser.error(f"argument --events: {options.events} is refused: expected more than {LIMIT}")
    return options


def kinds(options):
    """What can be measured here: {name: (class of its servers, what it is called)}; says why something cannot."""
    import dendrite
    import postgres
    import synapse
    from errors import RecordingError
    from servers import Server

    found = {}
    for name in options.peer or PEERS:
        missing = None
        if name == "synapse-sqlite":
            found[name] = Server, f"Synapse {synapse.__version__}, SQLite"
        elif name == "synapse-postgresql":
            postgres.PostgresSynapse.programs = postgres.find()
            if postgres.PostgresSynapse.programs is None:
                missing = "PostgreSQL is not installed (Debian: postgresql)"
            else:
                version = subprocess.run(
                    [str(postgres.PostgresSynapse.programs / "postgres"), "--version"], capture_output=True, text=True
                ).stdout.split()[2]
                found[name] = postgres.PostgresSynapse, f"Synapse {synapse.__version__}, PostgreSQL {version}"
        elif shutil.which("go"):
            say("Building Dendrite (some minutes, the first time) …")
            kind = dendrite.build(options.venv.absolute())
            found[name] = kind, f"Dendrite {dendrite.version()}, SQLite"
        else:
            missing = "there is no `go` on the PATH to build it with"
        if missing and options.peer:
            raise RecordingError(f"{name} cannot be measured: {missing}")
        if missing:
            say(f"{name}: left out, since {missing}")
    return found


class Measured:
    """Headwater with a Redis of its own, holding one room as its resident server."""

    def __init__(self, directory, resident, room_file, verify_keys):
        from errors import RecordingError
        from servers import free_port

        self._processes = []
        redis_port = free_port()
        self._redis = self._start(
            ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)],
            stdout=subprocess.DEVNULL,
        )
        config = directory / "headwater.yaml"
        # JSON is YAML.
        config.write_text(
            json.dumps(
                {
                    "server_name": resident,
                    "listeners": [{"port": 0}],
                    "store": f"redis://127.0.0.1:{redis_port}/0",
                    "verify_keys": verify_keys,
                }
            )
        )
        program = ["java", "-Xms512m", "-Xmx512m", "-Dheadwater.log=WARN", "-jar", str(PROJECT / "gateway/target/headwater.jar")]
        imported = subprocess.run(
            [*program, "import", "--config", str(config), str(room_file)], capture_output=True, text=True
        )
        if imported.returncode:
            raise RecordingError(f"Headwater did not take the room:\n{imported.stdout[-1000:]}{imported.stderr[-1000:]}")
        self._gateway = self._start([*program, "serve", "--config", str(config)], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r"listens on http://[^ ,]*:(\d+)", self._gateway.stdout.readline()).group(1))
        self.client_port = self.port
        self.name = resident

    def _start(self, command, **options):
        process = subprocess.Popen(command, **options)
        self._processes.append(process)
        return process

    def planned(self):
        return {"name": "headwater", "port": self.port, "process": self._gateway.pid, "store": self._redis.pid}

    def stop(self):
        for process in reversed(self._processes):
            process.terminate()
            process.wait(30)


def compare(options, kind, title):
    import dump
    import keys
    from client import User
    from errors import RecordingError
    from federation import Federation
    from record import fast_directory
    from servers import Network, Server
    from talk import Talk

    say(f"\n{title}")
    network = Network(tempfile.mkdtemp(prefix="headwater-comparison-", dir=fast_directory()))
    measured = None
    try:
        resident, asker = network.add({RESIDENT: kind, ASKER: Server})
        ada, enid = User(resident, "ada"), User(asker, "enid")
        room = ada.create_room(preset="public_chat", room_version="11")
        enid.join(room, via=resident)
        talk = Talk("comparison")
        said = [ada.say(room, talk.line()) for _ in range(options.events)]
        events = dump.sort_oldest_first(resident.events(room), resident.room_version(room))
        asker.stop()
        resident.before_measuring()
        room_file = network.directory / "room.ndjson"
        dump.write(room_file, dump.lines(events.values()))
        measured = Measured(network.directory, RESIDENT, room_file, keys.verify_keys([RESIDENT, ASKER]))
        starts = said[LIMIT :: max(1, (options.events - LIMIT) // STARTS)][:STARTS]
        asking = Federation(ASKER, resident)
        targets = [f"/_matrix/federation/v1/backfill/{quote(room, safe='')}?v={quote(v, safe='')}&limit={LIMIT}" for v in starts]
        requests = [{"target": target, "authorization": asking.authorization("GET", target)} for target in targets]
        agree(room, starts, asking, Federation(ASKER, measured), resident.room_version(room))
        say(f"{len(events)} events; {len(requests)} requests, each for {LIMIT} events from another place")
        plan = network.directory / "plan.json"
        dump.write(plan, json.dumps({"requests": requests, "servers": [measured.planned(), resident.planned()]}))
        classes = f"{PROJECT}/loadtest/target/classes:" + (PROJECT / "loadtest/target/classpath").read_text()
        turns = subprocess.run(
            ["java", "-cp", classes, "dev.headwater.loadtest.bench.Peers", str(plan), "--rounds", str(options.rounds),
             "--seconds", str(options.seconds), "--connections", str(options.connections)]
        )  # fmt: skip
        if turns.returncode:
            raise RecordingError(f"{title} could not be measured; why stands above")
    finally:
        if measured:
            measured.stop()
        network.stop()
        network.remove_files()


def agree(room, starts, resident, headwater, version):
    """Both must give the same events: otherwise their times mean nothing."""
    import check
    from errors import RecordingError

    for start in (starts[0], starts[len(starts) // 2], starts[-1]):
        answers = [asked.backfill(room, [start], LIMIT) for asked in (resident, headwater)]
        ids = [{check.parse(pdu, version).event_id for pdu in answer["pdus"]} for status, answer in answers if status == 200]
        if len(ids) != 2 or ids[0] != ids[1] or len(ids[0]) != LIMIT:
            raise RecordingError(f"The servers do not answer alike from {start}: {[status for status, _ in answers]}, {ids}")


def main():
    options = arguments()
    environment.enter(options.venv)
    from client import ApiError
    from errors import RecordingError

    try:
        if not shutil.which("redis-server"):
            raise RecordingError("redis-server must be on the PATH (Debian: redis-server)")
        for kind, title in kinds(options).values():
            compare(options, kind, title)
        return 0
    except (ApiError, RecordingError) as error:
        say(f"compare: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
