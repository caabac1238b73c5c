"""Starts and stops the Synapse servers, and looks into their databases."""

import json
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import time

import yaml

import keys
from http_json import JsonHttp
from proxy import Proxy

START_SECONDS = 180
WAIT_SECONDS = 90


class RecordingError(Exception):
    """Something that the person who runs the recorder should read."""


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
            "database": {"name": "sqlite3", "args": {"database": str(here / "server.db")}},
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

    def start(self):
        self._log = open(self._directory / "output.log", "ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self._directory / "homeserver.yaml")],
            cwd=self._directory,
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

    def last_log_lines(self, count=15):
        path = self._directory / "server.log"
        if not path.exists():
            return ""
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])

    # The database, read only

    def query(self, sql, *parameters):
        for attempt in range(50):
            try:
                database = sqlite3.connect(f"file:{self._directory / 'server.db'}?mode=ro", uri=True, timeout=10)
                try:
                    return database.execute(sql, parameters).fetchall()
                finally:
                    database.close()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or attempt == 49:
                    raise
                time.sleep(0.02)

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
        self._authority = keys.CertificateAuthority(self.directory)

    def add(self, *names):
        added = [Server(name, self.directory, self._authority, self.proxy) for name in names]
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
        """Ends the partition; `speakers`, one user a server, keep on talking until
        every server holds every event of the room.

        A server that comes back sends only its latest event; the other then asks for
        what lies before. When the gap is too long for that, a user who scrolls back
        makes it fetch the rest. Both are what happens between real servers.
        """
        self.proxy.heal()
        for user, text in speakers:
            # To all others, before the next one speaks: so the merge has one shape.
            event_id = user.say(room, text)
            for other, _ in speakers:
                other.server.wait_for(event_id)
        self.complete(room, [user for user, _ in speakers])

    def complete(self, room, users):
        """Waits until the servers of these users hold the same events of the room."""

        def same():
            held = [user.server.event_ids(room) for user in users]
            every = set().union(*held)
            behind = [user for user, ids in zip(users, held) if ids != every]
            for user in behind:
                user.scroll_back(room)
            return not behind

        wait_until(same, f"the servers to hold the same events of {room}", 180)
