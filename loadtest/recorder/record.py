#!/usr/bin/env python3
"""Records rooms from real Matrix homeservers. See README.md.

    python3 loadtest/recorder/record.py --out DIR [--only NAME ...]
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
STORIES = ("demo",)
INSIDE = "HEADWATER_RECORDER_INSIDE"


def say(text):
    print(text, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description="Records rooms from Synapse servers on loopback.")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="directory to write to, made if absent")
    parser.add_argument("--only", action="append", choices=STORIES, help="this story only; may be repeated")
    parser.add_argument(
        "--venv", type=pathlib.Path, default=HERE / ".venv", help="virtual environment, made if absent (default: %(default)s)"
    )
    parser.add_argument("--keep", action="store_true", help="leave the servers' files behind and say where")
    return parser.parse_args()


def enter_environment(venv):
    """Makes the virtual environment if need be, and goes on as its Python."""
    python = venv / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text()
    marker = venv / "installed.txt"
    if not marker.exists() or marker.read_text() != wanted:
        say(f"Installing Synapse into {venv} …")
        try:
            if not python.exists():
                subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
            subprocess.run(
                [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                 "-r", str(HERE / "requirements.txt")],
                check=True,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"record.py: the environment in {venv} could not be made: {error}")
        marker.write_text(wanted)
    os.environ[INSIDE] = "1"
    os.execv(python, [str(python), str(HERE / "record.py"), *sys.argv[1:]])


def fast_directory():
    """Synapse on SQLite waits for the disk at every event; memory does not make it wait."""
    shared_memory = pathlib.Path("/dev/shm")
    return str(shared_memory) if os.access(shared_memory, os.W_OK) else None


def record(options):
    import importlib

    from client import ApiError
    from recording import Recording
    from servers import Network, RecordingError

    stories = {name: importlib.import_module("stories." + name) for name in options.only or STORIES}
    hosts = sorted({host for story in stories.values() for host in story.SERVERS})
    options.out.mkdir(parents=True, exist_ok=True)
    network = Network(tempfile.mkdtemp(prefix="headwater-recording-", dir=fast_directory()))
    started = time.monotonic()
    failed = []
    try:
        say(f"Starting {', '.join(hosts)} …")
        servers = dict(zip(hosts, network.add(*[f"{host}.example:8448" for host in hosts])))
        users = {}
        for name, story in stories.items():
            say(f"{name}: {story.WHAT}")
            begun = time.monotonic()
            directory = options.out / name
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            try:
                story.record(Recording(network, servers, users, directory, say))
                if getattr(story, "OWN_KEYS", False):
                    write_keys(directory, [servers[host] for host in story.SERVERS])
            except (ApiError, RecordingError) as error:
                failed.append(name)
                say(f"    FAILED: {error}")
                for server in network.servers:
                    say(f"    the last of {server.name}'s log:\n{server.last_log_lines()}")
                network.proxy.heal()
            say(f"    {time.monotonic() - begun:.0f} s")
        write_keys(options.out, network.servers)
    finally:
        say("Stopping the servers …")
        network.stop()
        if options.keep:
            say(f"Their files are in {network.directory}")
        else:
            network.remove_files()
    say(f"{len(stories) - len(failed)} of {len(stories)} recorded in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


def write_keys(out, servers):
    import dump
    import keys

    names = [server.name for server in servers]
    dump.write_json(out / "verify_keys.json", keys.verify_keys(names), pack=False)
    for server in servers:
        (out / f"{server.host}.signing.key").write_text(keys.signing_key_line(server.name))


def main():
    options = arguments()
    if not os.environ.get(INSIDE):
        enter_environment(options.venv.absolute())
    sys.path.insert(0, str(HERE))
    return record(options)


if __name__ == "__main__":
    sys.exit(main())
