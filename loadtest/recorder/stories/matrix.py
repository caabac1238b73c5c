"""Rooms of one history visibility each, and a server in every membership, one after another.

At each moment the resident is asked by every endpoint: about all events by the server whose
membership changes while it is joined, about one event of each moment otherwise.
"""

from answers import Answers
from matrix import ByEndpoint

WHAT = "Rooms of one visibility each: every endpoint, asked by a server in every membership."
SERVERS = ("alder", "birch", "cedar")
KINDS = {
    "world_readable": {"history_visibility": "world_readable"},
    "shared": {"history_visibility": "shared"},
    "invited": {"history_visibility": "invited"},
    "joined": {"history_visibility": "joined"},
    # no_visibility.py, which the servers load, leaves the event out.
    "absent": {"headwater.leave_out": True},
    "nonsense": {"history_visibility": "nonsense"},
}


def record(recording):
    for kind, content in KINDS.items():
        record_kind(recording, kind, content)


def record_kind(recording, kind, content):
    alder, birch, cedar = recording.servers(*SERVERS)
    talk = recording.talk("matrix " + kind)
    ada = recording.user(alder, "ada", "Ada")
    finn = recording.user(cedar, "finn", "Finn")

    part = recording.part(kind)
    room = ada.create_room(
        preset="private_chat",
        room_version="11",
        initial_state=[{"type": "m.room.history_visibility", "state_key": "", "content": content}],
    )
    answers = Answers(part, room, alder)
    by_endpoint = ByEndpoint(answers)
    telling = {}

    def moment(label):
        ada.say(room, f"Asked while the other server is: {label}.")
        ada.state(room, "m.room.topic", {"topic": f"The other server: {label}"})
        telling[label] = ada.say(room, "The gauges stand as yesterday.")
        if finn.user_id in joined:
            cedar.wait_for(telling[label])
        answers.visibility(label, [birch, cedar])
        by_endpoint.ask(label, cedar, None if finn.user_id in joined else list(telling.values()))
        by_endpoint.ask(label, birch, list(telling.values()))

    joined = set()
    moment("1-never")
    ada.invite(room, finn)
    moment("2-invited")
    joined.add(finn.user_id)
    finn.join(room, via=alder)
    talk.all_have([finn.say(room, "Hello from the upper valley.")], [ada])
    moment("3-joined")
    joined.clear()
    talk.all_have([finn.leave(room)], [ada])
    moment("4-left")
    ada.ban(room, finn)
    moment("5-banned")
    ada.unban(room, finn)
    ada.invite(room, finn)
    joined.add(finn.user_id)
    finn.join(room, via=alder)
    talk.all_have([finn.say(room, "Back again.")], [ada])
    moment("6-back")
    part.write_labels(telling)
    part.finish(room, alder, [ada, finn])
    by_endpoint.write()
