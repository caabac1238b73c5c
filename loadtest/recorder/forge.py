"""Events that a homeserver does not let its users make, signed with its key all the same."""

import time

import check
import keys
from errors import RecordingError
from federation import Federation
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS
from synapse.crypto.event_signing import add_hashes_and_signatures


def redaction(resident, room, sender, target, reason):
    """A redaction by `sender`, after the resident's newest events, whatever the sender may do.

    Returns (event ID, event).
    """
    version = resident.room_version(room)
    held = resident.events(room)
    newest = sorted(resident.extremities(room))
    authority = ["m.room.power_levels"] + ([] if version == "12" else ["m.room.create"])
    event = {
        "type": "m.room.redaction",
        "room_id": room,
        "sender": sender.user_id,
        "content": {"reason": reason},
        "depth": 1 + max(held[event_id]["depth"] for event_id in newest),
        "prev_events": newest,
        "auth_events": [resident.current_state_id(room, kind) for kind in authority]
        + [resident.current_state_id(room, "m.room.member", sender.user_id)],
        "origin_server_ts": int(time.time() * 1000),
    }
    if int(version) >= 11:
        event["content"]["redacts"] = target
    else:
        event["redacts"] = target
    name = sender.server.name
    add_hashes_and_signatures(KNOWN_ROOM_VERSIONS[version], event, name, keys.signing_key(name))
    return check.parse(event, version).event_id, event


def hand_over(sender_server, resident, event, transaction):
    """Sends the event in the name of its sender's server."""
    status, answer = Federation(sender_server.name, resident).send(
        transaction, [event], event["origin_server_ts"]
    )
    if status != 200:
        raise RecordingError(f"{resident.name} refused the transaction: {status} {answer}")
    return answer["pdus"]
