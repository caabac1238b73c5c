"""What a story gets to work with, and what becomes of its room."""

import json

import check
import dump
import keys
from client import User
from federation import Federation
from servers import wait_until
from talk import Talk


class Room:
    """A recorded room: checked events, oldest first."""

    def __init__(self, room_id, version, resident, events, counts):
        self.room_id = room_id
        self.version = version
        self.resident = resident
        self.events = events
        self.counts = counts


class Recording:
    """One story's view of the network and its output directory."""

    def __init__(self, network, server_by_host, users, directory, table, say):
        self.network = network
        self.directory = directory
        self.table = table
        self.say = say
        self._server_by_host = server_by_host
        self._users = users

    def part(self, name):
        """The same for one of several rooms of a story, in a directory of its own."""
        directory = self.directory.with_name(f"{self.directory.name}-{name}")
        directory.mkdir(parents=True, exist_ok=True)
        return Recording(self.network, self._server_by_host, self._users, directory, self.table, self.say)

    def servers(self, *hosts):
        return [self._server_by_host[host] for host in hosts]

    def user(self, server, localpart, display_name=None):
        """The user of that name, registered when first asked for."""
        key = server.name, localpart
        if key not in self._users:
            self._users[key] = User(server, localpart, display_name)
        return self._users[key]

    def talk(self, seed):
        return Talk(seed)

    def ask(self, origin, destination):
        """Federation requests to a server, signed as another (a server or a name)."""
        return Federation(getattr(origin, "name", origin), destination)

    def when(self, condition, what):
        """Waits for it, and returns what it says when it comes true."""
        return wait_until(condition, what)

    def write_labels(self, labels):
        """What the events of interest are: {label: event ID, or how the server refused}."""
        dump.write(
            self.directory / "labels.json", json.dumps(labels, ensure_ascii=False, indent=2) + "\n"
        )

    def finish(self, room_id, resident, users=(), fuller=None):
        """Reads the room from its resident server, checks it and writes it.

        `users` are of the servers that are in the room at its end. What the resident
        holds only redacted is taken from the server `fuller`.
        """
        self.network.complete(room_id, list({user.server for user in users} | {resident}))
        version = resident.room_version(room_id)
        events = resident.events(room_id)
        if fuller:
            others = fuller.events(room_id)
            for event_id, event in events.items():
                if not check.is_whole(event, version):
                    events[event_id] = others.get(event_id, event)
        events = dump.sort_oldest_first(events, version)
        signers = {server for event in events.values() for server in event["signatures"]}
        counts = check.check_room(events, version, keys.verify_keys(signers))
        room = Room(room_id, version, resident, events, counts)
        path = self.directory / "room.ndjson.gz"
        text = dump.lines(events.values())
        dump.write_packed(path, text)
        counts["bytes"] = len(text.encode())
        self.table.append((self.directory.name, version, counts, path.stat().st_size))
        self.say(
            f"    {path.relative_to(self.directory.parent)}: version {version}, "
            + ", ".join(f"{count} {what}" for what, count in counts.items())
            + f", {path.stat().st_size} bytes packed"
        )
        return room

