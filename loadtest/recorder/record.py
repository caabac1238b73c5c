#!/usr/bin/env python3
"""Records rooms from real Matrix homeservers. See README.md.

    python3 loadtest/recorder/record.py --out DIR [--only NAME ...]
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

import environment

HERE = pathlib.Path(__file__).resolve().parent
STORIES = (
    "demo",
    "long",
    "forked",
    "members",
    "restricted",
    "visibility",
    "visibility_changes",
    "matrix",
    "redactions",
    "acl",
    "upgrade",
    "erased",
    "versions",
    "dendrite",
)


def say(text):
    print(text, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description="Records rooms from Synapse servers on loopback.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=pathlib.Path, help="directory to write to, made if absent")
    what.add_argument("--check", type=pathlib.Path, metavar="DIR", help="record nothing, check the rooms of DIR anew")
    what.add_argument(
        "--signers", type=pathlib.Path, metavar="FILE", help="record requests that other implementations signed, instead"
    )
    parser.add_argument("--only", action="append", choices=STORIES, help="this story only; may be repeated")
    parser.add_argument(
        "--venv", type=pathlib.Path, default=environment.DEFAULT, help="virtual environment, made if absent (default: %(default)s)"
    )
    parser.add_argument("--keep", action="store_true", help="leave the servers' files behind and say where")
    return parser.parse_args()


def fast_directory():
    """Synapse on SQLite waits for the disk at every event; memory does not make it wait."""
    shared_memory = pathlib.Path("/dev/shm")
    return str(shared_memory) if os.access(shared_memory, os.W_OK) else None


def record(options):
    import importlib

    import dendrite
    from client import ApiError
    from errors import RecordingError
    from recording import Recording
    from servers import Network, Server

    stories = {name: importlib.import_module("stories." + name) for name in options.only or STORIES}
    kinds = {}
    if "dendrite" in stories:
        if shutil.which("go"):
            say("Building Dendrite (some minutes, the first time) …")
            kinds["dogwood"] = dendrite.build(options.venv.absolute())
        elif options.only:
            raise RecordingError("The story `dendrite` needs Go to build Dendrite, and there is no `go` on the PATH.")
        else:
            say("dendrite: left out, since there is no `go` on the PATH to build it with")
            del stories["dendrite"]
    hosts = sorted({host for story in stories.values() for host in story.SERVERS})
    options.out.mkdir(parents=True, exist_ok=True)
    network = Network(tempfile.mkdtemp(prefix="headwater-recording-", dir=fast_directory()))
    started = time.monotonic()
    failed = []
    try:
        say(f"Starting {', '.join(hosts)} …")
        added = network.add({f"{host}.example:8448": kinds.get(host, Server) for host in hosts})
        servers = dict(zip(hosts, added))
        users, table = {}, []
        for name, story in stories.items():
            say(f"{name}: {story.WHAT}")
            begun = time.monotonic()
            directory = options.out / name.replace("_", "-")
            for old in (directory, *options.out.glob(directory.name + "-*")):
                shutil.rmtree(old, ignore_errors=True)
            try:
                story.record(Recording(network, servers, users, directory, table, say))
                if getattr(story, "OWN_KEYS", False):
                    write_keys(directory, [servers[host] for host in story.SERVERS])
            except (ApiError, RecordingError) as error:
                failed.append(name)
                say(f"    FAILED: {error}")
                for server in network.servers:
                    say(f"    the last warnings of {server.name}:\n{server.last_warnings()}")
                network.proxy.heal()
            say(f"    {time.monotonic() - begun:.0f} s")
        write_keys(options.out, network.servers)
        write_table(options.out, table)
    finally:
        say("Stopping the servers …")
        network.stop()
        if options.keep:
            say(f"Their files are in {network.directory}")
        else:
            network.remove_files()
    say(f"{len(stories) - len(failed)} of {len(stories)} recorded in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


def check_again(directory):
    """Checks every room file below the directory with the keys beside or above it."""
    import collections
    import gzip

    import check
    from errors import RecordingError

    totals = collections.Counter()
    files = sorted(directory.rglob("room.ndjson.gz"))
    if not files:
        raise RecordingError(f"No room.ndjson.gz in or below {directory}")
    for path in files:
        keys_file = next((d / "verify_keys.json" for d in path.parents if (d / "verify_keys.json").exists()), None)
        if keys_file is None:
            raise RecordingError(f"No verify_keys.json beside or above {path}")
        lines = [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]
        version = lines[0]["content"].get("room_version", "1")
        events = {check.parse(event, version).event_id: event for event in lines}
        counts = check.check_room(events, version, json.loads(keys_file.read_text()))
        say(f"{path.relative_to(directory)}: version {version}, " + ", ".join(f"{n} {what}" for what, n in counts.items()))
        totals.update({what: counts[what] for what in ("events", "IDs", "content hashes", "signatures")})
    say(f"{len(files)} rooms: " + ", ".join(f"{n} {what}" for what, n in totals.items()) + ": all right")
    return 0


def write_keys(out, servers):
    import dump
    import keys

    names = [server.name for server in servers]
    dump.write(out / "verify_keys.json", json.dumps(keys.verify_keys(names), indent=2) + "\n")
    for server in servers:
        (out / f"{server.host}.signing.key").write_text(keys.signing_key_line(server.name))


def write_table(out, table):
    """The rooms in numbers, for docs/rooms.md."""
    columns = ("events", "signatures", "merges", "forks", "tied depths", "highest depth", "bytes")
    rows = ["| room | version | " + " | ".join(columns) + " | packed |", "|---" * (len(columns) + 3) + "|"]
    for name, version, counts, packed in table:
        rows.append(f"| `{name}` | {version} | " + " | ".join(f"{counts[key]:,}" for key in columns) + f" | {packed:,} |")
    (out / "rooms.md").write_text("\n".join(rows) + "\n")


def main():
    options = arguments()
    environment.enter(options.venv)
    from errors import RecordingError

    try:
        if options.signers:
            import signing

            return signing.record(options.signers.absolute(), say)
        return check_again(options.check) if options.check else record(options)
    except RecordingError as error:
        say(f"record.py: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
