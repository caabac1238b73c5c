"""Users of the recorded servers: the client-server API, as little as the stories need."""

import itertools
from urllib.parse import quote

from http_json import JsonHttp

PASSWORD = "river-stone-and-willow"


class ApiError(Exception):
    def __init__(self, what, status, body):
        super().__init__(f"{what}: {status} {body}")
        self.status = status
        self.body = body


class User:
    _transaction = itertools.count(1)

    def __init__(self, server, localpart, display_name=None):
        self.server = server
        self._http = JsonHttp(server.client_port)
        self._headers = {}
        answer = self.call(
            "POST",
            "/register",
            {
                "username": localpart,
                "password": PASSWORD,
                "auth": {"type": "m.login.dummy"},
            },
        )
        self.user_id = answer["user_id"]
        self._headers = {"Authorization": "Bearer " + answer["access_token"]}
        if display_name:
            self.call(
                "PUT",
                f"/profile/{quote(self.user_id)}/displayname",
                {"displayname": display_name},
            )

    def call(self, method, path, body=None):
        status, answer = self._http.request(
            method, "/_matrix/client/v3" + path, body, self._headers
        )
        if status != 200:
            raise ApiError(f"{method} {path}", status, answer)
        return answer

    # Rooms

    def create_room(self, **options):
        return self.call("POST", "/createRoom", options)["room_id"]

    def join(self, room, via=None):
        target = f"/join/{quote(room, safe='')}"
        if via:
            target += f"?server_name={quote(via.name)}&via={quote(via.name)}"
        self.call("POST", target, {})
        return self.server.own_membership_id(room, self.user_id)

    def leave(self, room):
        self.call("POST", f"/rooms/{quote(room)}/leave", {})
        return self.server.own_membership_id(room, self.user_id)

    def _about(self, action, room, user, reason=None):
        body = {"user_id": user.user_id}
        if reason:
            body["reason"] = reason
        self.call("POST", f"/rooms/{quote(room)}/{action}", body)
        return self.server.current_state_id(room, "m.room.member", user.user_id)

    def invite(self, room, user, reason=None):
        return self._about("invite", room, user, reason)

    def kick(self, room, user, reason=None):
        return self._about("kick", room, user, reason)

    def ban(self, room, user, reason=None):
        return self._about("ban", room, user, reason)

    def unban(self, room, user, reason=None):
        return self._about("unban", room, user, reason)

    # Events

    def send(self, room, content, kind="m.room.message"):
        transaction = f"t{next(self._transaction)}"
        return self.call(
            "PUT", f"/rooms/{quote(room)}/send/{quote(kind)}/{transaction}", content
        )["event_id"]

    def say(self, room, text):
        return self.send(room, {"msgtype": "m.text", "body": text})

    def state(self, room, kind, content, state_key=""):
        return self.call(
            "PUT", f"/rooms/{quote(room)}/state/{quote(kind)}/{quote(state_key)}", content
        )["event_id"]

    def read_state(self, room, kind, state_key=""):
        return self.call("GET", f"/rooms/{quote(room)}/state/{quote(kind)}/{quote(state_key)}")

    def redact(self, room, event_id, reason=None):
        transaction = f"t{next(self._transaction)}"
        return self.call(
            "PUT",
            f"/rooms/{quote(room)}/redact/{quote(event_id, safe='')}/{transaction}",
            {"reason": reason} if reason else {},
        )["event_id"]

    def upgrade(self, room, version):
        return self.call("POST", f"/rooms/{quote(room)}/upgrade", {"new_version": version})[
            "replacement_room"
        ]

    def deactivate(self, erase):
        self.call(
            "POST",
            "/account/deactivate",
            {
                "erase": erase,
                "auth": {
                    "type": "m.login.password",
                    "identifier": {"type": "m.id.user", "user": self.user_id},
                    "password": PASSWORD,
                },
            },
        )
