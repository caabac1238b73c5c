"""Dendrite as one more server: built with Go, and looked into by its own tables."""

import base64
import json
import pathlib
import re
import subprocess

import yaml

import keys
from errors import RecordingError
from servers import Server

BUILD = pathlib.Path(__file__).resolve().parent / "dendrite-build"
PROGRAM = "github.com/element-hq/dendrite/cmd/dendrite"


def build(directory):
    """Builds the version that dendrite-build/go.mod pins; returns the class of its servers."""
    binary = directory / "dendrite"
    result = subprocess.run(
        ["go", "build", "-mod=readonly", "-o", str(binary), PROGRAM], cwd=BUILD, capture_output=True, text=True
    )
    if result.returncode:
        raise RecordingError(f"Dendrite could not be built:\n{result.stderr[-2000:]}")
    return type("Dendrite", (DendriteServer,), {"binary": binary})


def version():
    """The version that dendrite-build/go.mod pins."""
    return re.search(r"element-hq/dendrite (\S+)", (BUILD / "go.mod").read_text()).group(1)


class DendriteServer(Server):
    DATABASE = "roomserver.db"
    IN_ROOM = (
        " FROM roomserver_events e JOIN roomserver_rooms r USING (room_nid)"
        " WHERE r.room_id = ? AND NOT e.is_rejected AND e.state_snapshot_nid != 0"
    )

    def _configure(self, authority, proxy_port):
        certificate, private_key = authority.issue(self.host)
        here = self._directory
        self._tls = [str(certificate), str(private_key)]
        seed = base64.b64decode(keys.seed_base64(self.name) + "=")
        (here / "signing.pem").write_text(
            "-----BEGIN MATRIX PRIVATE KEY-----\n"
            f"Key-ID: {keys.KEY_ID}\n\n{base64.b64encode(seed).decode()}\n"
            "-----END MATRIX PRIVATE KEY-----\n"
        )

        def database(name):
            return {"connection_string": f"file:{here / name}.db"}

        config = {
            "version": 2,
            "global": {
                "server_name": self.name,
                "private_key": str(here / "signing.pem"),
                "jetstream": {"storage_path": str(here), "in_memory": True},
                "disable_federation": False,
            },
            "client_api": {"registration_disabled": False, "rate_limiting": {"enabled": False}},
            "federation_api": {
                "database": database("federationapi"),
                "disable_tls_validation": True,
                "deny_networks": [],
                "allow_networks": ["0.0.0.0/0"],
                "key_perspectives": [],
                "prefer_direct_fetch": True,
            },
            "key_server": {"database": database("keyserver")},
            "media_api": {"database": database("mediaapi"), "base_path": str(here / "media")},
            "mscs": {"mscs": [], "database": database("mscs")},
            "relay_api": {"database": database("relayapi")},
            "room_server": {"database": database("roomserver")},
            "sync_api": {"database": database("syncapi"), "search": {"enabled": False}},
            "user_api": {"account_database": database("userapi"), "bcrypt_cost": 4},
            "logging": [{"type": "file", "level": "warn", "params": {"path": str(here / "logs")}}],
        }
        (here / "dendrite.yaml").write_text(yaml.safe_dump(config))
        self._environment = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy_port}"}

    def _command(self):
        certificate, private_key = self._tls
        return [
            str(self.binary),
            "-config", str(self._directory / "dendrite.yaml"),
            "-http-bind-address", f"127.0.0.1:{self.client_port}",
            "-https-bind-address", f"127.0.0.1:{self.federation_port}",
            "-tls-cert", certificate,
            "-tls-key", private_key,
            "-really-enable-open-registration",
        ]  # fmt: skip

    def last_warnings(self, count=8):
        output = (self._directory / "output.log").read_text(errors="replace").splitlines()
        return "\n".join([line[:300] for line in output if "level=info" not in line][-count:])

    # Its tables

    def room_version(self, room):
        return self.query("SELECT room_version FROM roomserver_rooms WHERE room_id = ?", room)[0][0]

    def held_json(self, room, event_id):
        rows = self.query(
            "SELECT j.event_json FROM roomserver_event_json j JOIN roomserver_events e USING (event_nid)"
            " JOIN roomserver_rooms r USING (room_nid) WHERE e.event_id = ? AND r.room_id = ?",
            event_id,
            room,
        )
        return json.loads(rows[0][0]) if rows else None

    def has_event(self, event_id):
        return bool(
            self.query(
                "SELECT 1 FROM roomserver_events WHERE event_id = ? AND NOT is_rejected AND state_snapshot_nid != 0",
                event_id,
            )
        )

    def event_ids(self, room):
        return {row[0] for row in self.query("SELECT e.event_id" + self.IN_ROOM, room)}

    def events(self, room):
        events = {}
        for event_id in self.event_ids(room):
            events[event_id] = self.held_json(room, event_id)
            events[event_id].pop("unsigned", None)
        return events

    def extremities(self, room):
        rows = self.query("SELECT latest_event_nids FROM roomserver_rooms WHERE room_id = ?", room)
        numbers = json.loads(rows[0][0]) if rows else []
        return {
            self.query("SELECT event_id FROM roomserver_events WHERE event_nid = ?", number)[0][0]
            for number in numbers
        }

    def _members(self, room, user_id):
        return self.query(
            "SELECT e.event_id, j.event_json FROM roomserver_membership m JOIN roomserver_rooms r USING (room_nid)"
            " JOIN roomserver_event_state_keys k ON k.event_state_key_nid = m.target_nid"
            " JOIN roomserver_events e USING (event_nid) JOIN roomserver_event_json j USING (event_nid)"
            " WHERE r.room_id = ? AND k.event_state_key = ?",
            room,
            user_id,
        )

    def own_membership_id(self, room, user_id):
        rows = self._members(room, user_id)
        return rows[0][0] if rows else None

    def current_state_id(self, room, kind, state_key=""):
        if kind != "m.room.member":
            raise NotImplementedError(kind)
        return self.own_membership_id(room, state_key)

    def membership_of(self, room, user_id):
        rows = self._members(room, user_id)
        return json.loads(rows[0][1])["content"]["membership"] if rows else None

    def is_in(self, room):
        return bool(
            self.query(
                "SELECT 1 FROM roomserver_membership m JOIN roomserver_rooms r USING (room_nid)"
                " WHERE r.room_id = ? AND m.target_local AND m.membership_nid = 3",
                room,
            )
        )
