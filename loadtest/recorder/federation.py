"""Signed requests over the server-server API, as another homeserver sends them."""

from urllib.parse import quote, urlencode

from signedjson.sign import sign_json

import keys
from http_json import JsonHttp


class Federation:
    """Asks `destination` in the name of `origin`."""

    def __init__(self, origin_name, destination):
        self.origin = origin_name
        self.destination = destination
        self._key = keys.signing_key(origin_name)
        self._http = JsonHttp(destination.client_port)

    def authorization(self, method, target, body=None):
        """The header's value by which a request is signed."""
        signed = {
            "method": method,
            "uri": target,
            "origin": self.origin,
            "destination": self.destination.name,
        }
        if body is not None:
            signed["content"] = body
        sign_json(signed, self.origin, self._key)
        signature = signed["signatures"][self.origin][keys.KEY_ID]
        return (
            f'X-Matrix origin="{self.origin}",destination="{self.destination.name}",'
            f'key="{keys.KEY_ID}",sig="{signature}"'
        )

    def call(self, method, target, body=None):
        """Returns (status, answer)."""
        return self._http.request(method, target, body, {"Authorization": self.authorization(method, target, body)})

    def backfill(self, room, event_ids, limit):
        query = urlencode([("v", event_id) for event_id in event_ids] + [("limit", limit)])
        return self.call("GET", f"/_matrix/federation/v1/backfill/{quote(room, safe='')}?{query}")

    def event(self, event_id):
        return self.call("GET", f"/_matrix/federation/v1/event/{quote(event_id, safe='')}")

    def state(self, room, event_id):
        return self._state("state", room, event_id)

    def state_ids(self, room, event_id):
        return self._state("state_ids", room, event_id)

    def _state(self, endpoint, room, event_id):
        query = urlencode({"event_id": event_id})
        return self.call("GET", f"/_matrix/federation/v1/{endpoint}/{quote(room, safe='')}?{query}")

    def event_auth(self, room, event_id):
        return self.call(
            "GET", f"/_matrix/federation/v1/event_auth/{quote(room, safe='')}/{quote(event_id, safe='')}"
        )

    def missing_events(self, room, latest, earliest, limit, min_depth=0):
        return self.call(
            "POST",
            f"/_matrix/federation/v1/get_missing_events/{quote(room, safe='')}",
            {
                "latest_events": list(latest),
                "earliest_events": list(earliest),
                "limit": limit,
                "min_depth": min_depth,
            },
        )

    def timestamp_to_event(self, room, timestamp, direction):
        query = urlencode({"ts": timestamp, "dir": direction})
        return self.call("GET", f"/_matrix/federation/v1/timestamp_to_event/{quote(room, safe='')}?{query}")

    def send(self, transaction, pdus, now):
        """PUT /send: how a server hands over its events. Returns (status, answer)."""
        body = {"origin": self.origin, "origin_server_ts": now, "pdus": pdus}
        return self.call("PUT", f"/_matrix/federation/v1/send/{transaction}", body)
