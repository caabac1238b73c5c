"""What a story gets to work with, and what becomes of its room."""

import check
import dump
import keys
from client import User
from federation import Federation
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

    def __init__(self, network, server_by_host, users, directory, say):
        self.network = network
        self.directory = directory
        self.say = say
        self.rooms = {}
        self._server_by_host = server_by_host
        self._users = users

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

    def finish(self, room_id, resident, users=(), name=None):
        """Reads the room from its resident server, checks it and writes it."""
        if users:
            self.network.complete(room_id, one_per_server(users))
        (version,) = resident.query("SELECT room_version FROM rooms WHERE room_id = ?", room_id)[0]
        events = dump.sort_oldest_first(resident.events(room_id), version)
        signers = {server for event in events.values() for server in event["signatures"]}
        counts = check.check_room(events, version, keys.verify_keys(signers))
        room = Room(room_id, version, resident, events, counts)
        self.rooms[name] = room
        path, size = dump.write_room(self.directory / name if name else self.directory, events)
        counts["bytes"] = size
        self.say(
            f"    {path.relative_to(self.directory.parent)}: version {version}, "
            + ", ".join(f"{count} {what}" for what, count in counts.items())
            + f", {path.stat().st_size} bytes as stored"
        )
        return room


def one_per_server(users):
    return list({user.server: user for user in users}.values())
