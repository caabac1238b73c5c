"""Starts and stops the Synapse servers, and looks into their databases."""

import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import time

import yaml

import dump
import keys
from errors import RecordingError
from federation import Federation
from http_json import JsonHttp
from proxy import Proxy

START_SECONDS = 180
WAIT_SECONDS = 45


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=WAIT_SECONDS):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise RecordingError(f"Waited {seconds} s in vain: {what}")
        time.sleep(0.02)
    return result


class Server:
    """One Synapse: its name, ports, process and database."""

    def __init__(self, name, directory, authority, proxy):
        self.name = name
        self.host = name.split(":")[0]
        self.client_port = free_port()
        self.federation_port = free_port()
        self.key = keys.signing_key(name)
        self._directory = directory / self.host
        self._directory.mkdir()
        self._environment = {}
        self._process = None
        self._log = None
        proxy_port = free_port()
        proxy.listen(name, proxy_port)
        proxy.route(name, self.federation_port)
        self._configure(authority, proxy_port)

    def _configure(self, authority, proxy_port):
        certificate, private_key = authority.issue(self.host)
        here = self._directory
        (here / "signing.key").write_text(keys.signing_key_line(self.name))
        (here / "log.yaml").write_text(
            yaml.safe_dump(
                {
                    "version": 1,
                    "formatters": {"plain": {"format": "%(asctime)s %(name)s %(levelname)s %(message)s"}},
                    "handlers": {
                        "file": {
                            "class": "logging.FileHandler",
                            "filename": str(here / "server.log"),
                            "formatter": "plain",
                        }
                    },
                    "root": {"level": "WARNING", "handlers": ["file"]},
                    "disable_existing_loggers": False,
                }
            )
        )
        unlimited = {"per_second": 1e6, "burst_count": 1e6}
        config = {
            "server_name": self.name,
            "pid_file": str(here / "server.pid"),
            "signing_key_path": str(here / "signing.key"),
            "log_config": str(here / "log.yaml"),
            "media_store_path": str(here / "media"),
            "report_stats": False,
            "macaroon_secret_key": "macaroon " + self.name,
            "form_secret": "form " + self.name,
            "database": {"name": "sqlite3", "args": {"database": str(here / self.DATABASE)}},
            "listeners": [
                {
                    "port": self.client_port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "resources": [{"names": ["client", "federation", "keys"], "compress": False}],
                },
                {
                    "port": self.federation_port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "tls": True,
                    "resources": [{"names": ["federation", "keys"], "compress": False}],
                },
            ],
            "tls_certificate_path": str(certificate),
            "tls_private_key_path": str(private_key),
            "federation_custom_ca_list": [str(authority.path)],
            "https_proxy": f"http://127.0.0.1:{proxy_port}",
            "ip_range_blacklist": [],
            "trusted_key_servers": [],
            "modules": [{"module": "no_visibility.NoVisibility"}],
            # A healed partition must be noticed at once (plain numbers are milliseconds).
            "federation": {
                "client_timeout": "20s",
                "max_short_retries": 1,
                "max_short_retry_delay": 100,
                "max_long_retries": 2,
                "max_long_retry_delay": 200,
                "destination_min_retry_interval": 100,
                "destination_retry_multiplier": 1,
                "destination_max_retry_interval": 200,
            },
            "enable_registration": True,
            "enable_registration_without_verification": True,
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            "enable_metrics": False,
            "url_preview_enabled": False,
            "user_directory": {"enabled": False},
            "rc_message": unlimited,
            "rc_registration": unlimited,
            "rc_room_creation": unlimited,
            "rc_login": {"address": unlimited, "account": unlimited, "failed_attempts": unlimited},
            "rc_admin_redaction": unlimited,
            "rc_joins": {"local": unlimited, "remote": unlimited},
            "rc_joins_per_room": unlimited,
            "rc_invites": {"per_room": unlimited, "per_user": unlimited, "per_issuer": unlimited},
            "rc_profile": unlimited,
            "rc_federation": {
                "window_size": 1000,
                "sleep_limit": 1000000,
                "sleep_delay": 1,
                "reject_limit": 1000000,
                "concurrent": 100,
            },
        }
        (here / "homeserver.yaml").write_text(yaml.safe_dump(config))

    def _command(self):
        return [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self._directory / "homeserver.yaml")]

    def start(self):
        self._log = open(self._directory / "output.log", "ab")
        self._process = subprocess.Popen(
            self._command(),
            cwd=self._directory,
            env={**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parent), **self._environment},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def wait_until_ready(self):
        def ready():
            if self._process.poll() is not None:
                output = (self._directory / "output.log").read_text(errors="replace")
                raise RecordingError(f"{self.name} did not start:\n{output[-3000:]}")
            try:
                return JsonHttp(self.client_port).request("GET", "/_matrix/client/versions", timeout=5)[0] == 200
            except OSError:
                return False

        wait_until(ready, f"{self.name} to start", START_SECONDS)

    def stop(self):
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        if self._log:
            self._log.close()

    def before_measuring(self):
        """Whatever time would have done for its database."""

    def planned(self):
        """As a server to be measured: where it listens, and which processes are its cost."""
        return {"name": self.host, "port": self.client_port, "process": self._process.pid, "store": None}

    def last_warnings(self, count=8):
        path = self._directory / "server.log"
        if not path.exists():
            return ""
        lines = path.read_text(errors="replace").splitlines()
        return "\n".join([line[:300] for line in lines if " WARNING " in line or " ERROR " in line][-count:])

    # The database, read only

    DATABASE = "server.db"

    def query(self, sql, *parameters):
        for attempt in range(50):
            try:
                database = sqlite3.connect(f"file:{self._directory / self.DATABASE}?mode=ro", uri=True, timeout=10)
                try:
                    return database.execute(sql, parameters).fetchall()
                finally:
                    database.close()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or attempt == 49:
                    raise
                time.sleep(0.02)

    def room_version(self, room):
        return self.query("SELECT room_version FROM rooms WHERE room_id = ?", room)[0][0]

    def held_json(self, room, event_id):
        """The event as the server keeps it, or None."""
        rows = self.query(
            "SELECT j.json FROM event_json j JOIN events e USING (event_id) WHERE event_id = ? AND e.room_id = ?",
            event_id,
            room,
        )
        return json.loads(rows[0][0]) if rows else None

    def has_event(self, event_id):
        return bool(self.query("SELECT 1 FROM events WHERE event_id = ? AND NOT outlier", event_id))

    def wait_for(self, event_id):
        wait_until(lambda: self.has_event(event_id), f"{event_id} to reach {self.name}")

    def current_state_id(self, room, kind, state_key=""):
        rows = self.query(
            "SELECT event_id FROM current_state_events WHERE room_id = ? AND type = ? AND state_key = ?",
            room,
            kind,
            state_key,
        )
        return rows[0][0] if rows else None

    def own_membership_id(self, room, user_id):
        """Of a user of this server, also after the last of them has left the room."""
        rows = self.query(
            "SELECT event_id FROM local_current_membership WHERE room_id = ? AND user_id = ?", room, user_id
        )
        return rows[0][0] if rows else None

    def membership_of(self, room, user_id):
        rows = self.query(
            "SELECT membership FROM local_current_membership WHERE room_id = ? AND user_id = ?", room, user_id
        )
        return rows[0][0] if rows else None

    def is_in(self, room):
        return bool(
            self.query("SELECT 1 FROM local_current_membership WHERE room_id = ? AND membership = 'join'", room)
        )

    def extremities(self, room):
        return {row[0] for row in self.query("SELECT event_id FROM event_forward_extremities WHERE room_id = ?", room)}

    def event_ids(self, room):
        """The room's events that the server holds in place and accepted."""
        return {
            row[0]
            for row in self.query(
                "SELECT e.event_id FROM events e LEFT JOIN rejections r USING (event_id)"
                " WHERE e.room_id = ? AND NOT e.outlier AND r.event_id IS NULL",
                room,
            )
        }

    def events(self, room):
        """{event ID: event in federation form} of the same events."""
        events = {}
        for event_id, text in self.query(
            "SELECT e.event_id, j.json FROM events e JOIN event_json j USING (event_id)"
            " LEFT JOIN rejections r USING (event_id)"
            " WHERE e.room_id = ? AND NOT e.outlier AND r.event_id IS NULL",
            room,
        ):
            event = json.loads(text)
            event.pop("unsigned", None)
            events[event_id] = event
        return events


class Network:
    """All servers of one recording, between them the proxy."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.proxy = Proxy()
        self.servers = []
        self._transactions = 0
        self._authority = keys.CertificateAuthority(self.directory)

    def add(self, kinds):
        """Starts servers: {name: class}. Returns them in that order."""
        added = [kind(name, self.directory, self._authority, self.proxy) for name, kind in kinds.items()]
        self.servers += added
        for server in added:
            server.start()
        for server in added:
            server.wait_until_ready()
        return added

    def stop(self):
        for server in self.servers:
            try:
                server.stop()
            except Exception as error:  # the others must be stopped all the same
                print(f"{server.name} did not stop: {error}", file=sys.stderr)

    def remove_files(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    # Partitions

    def cut(self, *groups):
        self.proxy.cut(*[{server.name for server in group} for group in groups])

    def heal(self, room, speakers):
        """Ends the partition; `speakers` are one user a server, who then speak in turn.

        What was said meanwhile is handed over first, as a server does that sends its
        queue once more. Left to themselves Synapse servers send only their latest event
        after a long absence, ask one server for the gap, and with three servers may
        back off for hours from what that one server did not hold.
        """
        self.complete(room, [user.server for user, _ in speakers])
        self.proxy.heal()
        for user, text in speakers:
            # To all others, before the next one speaks: so the merge has one shape.
            event_id = user.say(room, text)
            for other, _ in speakers:
                other.server.wait_for(event_id)

    def complete(self, room, servers):
        """Hands over what some of these servers hold and others lack since they came.

        Every event goes as a transaction of its sender's own server, oldest first.
        """
        held = {server: server.event_ids(room) for server in servers}
        every = set().union(*held.values())
        if all(ids == every for ids in held.values()):
            return
        events = {}
        for server in servers:
            events |= server.events(room)
        came = {server: min(events[event_id]["depth"] for event_id in ids) for server, ids in held.items()}
        version = servers[0].room_version(room)
        for event_id, event in dump.sort_oldest_first(events, version).items():
            sender_server = event["sender"].split(":", 1)[1]
            for server in servers:
                if event["depth"] < came[server] or sender_server == server.name or server.has_event(event_id):
                    continue
                self._transactions += 1
                status, answer = Federation(sender_server, server).send(
                    f"recorder-{self._transactions}", [event], int(time.time() * 1000)
                )
                if status != 200 or any("error" in result for result in answer["pdus"].values()):
                    raise RecordingError(f"{server.name} did not take {event_id}: {status} {answer}")
                try:
                    server.wait_for(event_id)
                except RecordingError:
                    raise RecordingError(f"{server.name} took {event_id} but does not hold it: {event}")
