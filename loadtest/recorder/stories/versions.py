"""A small room of every version, with contents at the edge of what the version allows."""

import json

from answers import Answers
from client import ApiError

WHAT = "Room versions 1 to 12: astral characters, large numbers, long names, events near the size limit."
SERVERS = ("alder", "birch")
LARGEST = 2**53 - 1
PDU_LIMIT = 65536

# Room versions 1 to 5 take any JSON number. Sent as text, since that is what matters.
ODD_NUMBERS = (
    b'{"msgtype":"m.text","body":"Odd numbers","height":1.42,"whole":1.0,"huge":1e+20,"tiny":2.5e-7,'
    b'"minus zero":-0.0,"beyond":9007199254740993,"below":-9007199254740993,"list":[0.1,[1e100]]}'
)
BEYOND_64_BITS = b'{"msgtype":"m.text","body":"Odd numbers","far beyond":1180591620717411303424}'


def record(recording):
    for number in range(1, 13):
        record_version(recording.part(str(number)), str(number))


def record_version(part, version):
    alder, birch = part.servers(*SERVERS)
    talk = part.talk("version " + version)
    ada = part.user(alder, "ada", "Ada")
    bram = part.user(alder, "bram", "Bram")
    cleo = part.user(birch, "cleo", "Cleo")
    room = ada.create_room(preset="public_chat", name=f"Version {version}", room_version=version)
    bram.join(room)
    talk.all_have([cleo.join(room, via=alder)], [ada])
    talk.converse(room, [ada, bram, cleo], 8)
    ids = {}

    def attempt(label, act):
        try:
            ids[label] = act()
        except ApiError as error:
            ids[label] = f"refused: {error.status} {error.body.get('errcode')}: {error.body.get('error')}"
            return
        talk.all_have([ids[label]], [cleo])

    # U+FFEE sorts before U+1F3D4 by code point, and after it by UTF-16 unit.
    attempt(
        "astral characters",
        lambda: ada.send(
            room,
            {
                "msgtype": "m.text",
                "body": "🏔️ 𝒽𝑒𝒶𝒹𝓌𝒶𝓉𝑒𝓇 \u2028 \u007f \u0001 \" \\ / é e\u0301 \ufeff",
                "\U0001f3d4": "astral",
                "\uffee": "basic plane",
                "é": {"\U0001d4bd": [{}, [], None, True, False], "\u20ac": ""},
                "": "empty key",
            },
        ),
    )
    attempt(
        "large numbers",
        lambda: ada.send(
            room, {"msgtype": "m.text", "body": "Numbers", "largest": LARGEST, "smallest": -LARGEST, "zero": 0}
        ),
    )
    attempt("odd numbers", lambda: ada.send(room, ODD_NUMBERS))
    attempt("number beyond 64 bits", lambda: ada.send(room, BEYOND_64_BITS))
    attempt("longest type", lambda: ada.send(room, {"body": "Long type"}, kind="example.headwater." + "t" * 237))
    attempt(
        "longest state key, characters",
        lambda: ada.state(room, "example.headwater.gauge", {"level": 142}, state_key="\U0001f30a" * 255),
    )
    attempt(
        "longest state key, bytes",
        lambda: ada.state(room, "example.headwater.gauge", {"level": 142}, state_key="é" * 127),
    )
    # Measure the rest of such an event, then fill it up. Synapse also counts some bytes
    # of `unsigned`, which is no part of the event, so the last ones are found by trial.
    probe = ada.say(room, "")
    talk.all_have([probe], [cleo])
    rest = size_of(alder.events(room)[probe])
    filling = "The river rises and the river falls. " * 2000
    for margin in range(0, 200, 4):
        attempt("near the size limit", lambda: ada.say(room, filling[: PDU_LIMIT - rest - margin]))
        if ids["near the size limit"].startswith("$"):
            break
    attempt("above the size limit", lambda: ada.say(room, filling[: PDU_LIMIT + 1]))
    attempt("many small values", lambda: ada.send(room, {"msgtype": "m.text", "body": "List", "gauge": list(range(3000))}))
    target = ada.say(room, "This will be taken back.")
    talk.all_have([target], [cleo])
    attempt("redaction by its author", lambda: ada.redact(room, target, "Taken back"))
    target = cleo.say(room, "And so will this.")
    talk.all_have([target], [ada])
    attempt("redaction by a moderator", lambda: ada.redact(room, target))
    # A small fork, so that each version has an event with two parents.
    part.network.cut([alder], [birch])
    talk.converse(room, [ada, bram], 3)
    talk.converse(room, [cleo], 3)
    part.network.heal(room, [(ada, "One"), (cleo, "Two")])
    attempt("name changed", lambda: ada.state(room, "m.room.name", {"name": f"Version {version} ✓"}))
    attempt("left", lambda: bram.leave(room))

    answers = Answers(part, room, alder)
    answers.visibility("end", [birch])
    recorded = part.finish(room, alder, [ada, cleo])
    order = list(recorded.events)
    answers.backfill(birch, order[-1:], 100)
    answers.missing_events(birch, order[-1:], order[:1], 20)
    answers.state_ids(birch, order[-1])
    answers.state(birch, order[-1], "end")
    answers.event_auth(birch, order[-1])
    answers.write()
    part.write_labels(ids)


def size_of(event):
    """Bytes of the event in the form that Synapse measures."""
    return len(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())
