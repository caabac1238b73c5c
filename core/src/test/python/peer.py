"""The second opinion: answers with what Synapse's own code makes of a document or an event.

Reads one JSON object a line, writes one JSON object a line:

    {"json": TEXT}
        -> {"canonical": TEXT, "strict": BOOL}
    {"event": TEXT, "version": VERSION, "keys": {SERVER: {KEY_ID: BASE64}}}
        -> {"id": TEXT, "room": TEXT, "reference": HEX, "content": HEX, "redacted": TEXT, "verdict": TEXT}
    {"meeting": [[ID, ...], ...], "events": [TEXT, ...], "asked": [[ID, NUMBER], ...], "version": VERSION}
        -> {"resolved": [ID, ...], "allowed": [BOOL, ...]}

A meeting is of the events of several states, which are resolved; an event is asked to be allowed by one of them.
The verdict is "good", "differs" (only the redacted copy is genuine) or "refused". Anything that Synapse objects to
comes back as {"error": TEXT}.
"""

import json
import sys

from canonicaljson import encode_canonical_json
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import verify_signed_json
from synapse.api.errors import SynapseError
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS
from synapse.crypto.event_signing import (
    check_event_content_hash,
    compute_content_hash,
    compute_event_reference_hash,
)
from synapse.events import make_event_from_dict
from synapse.event_auth import check_state_dependent_auth_rules
from synapse.events.utils import validate_canonicaljson
from synapse.federation.federation_base import (
    InvalidEventSignatureError,
    _check_sigs_on_pdu,
)
from synapse.state import v1, v2
from synapse.storage.databases.main.event_federation import StateDifference
from synapse.synapse_rust.events import redact_event_dict
from unpaddedbase64 import decode_base64

import hashlib


class KnownKeys:
    """Stands where Synapse has its keyring: the keys are those of the request."""

    def __init__(self, keys):
        self._keys = keys

    async def verify_event_for_server(self, server, event, minimum_valid_until_ts):
        redacted = redact_event_dict(event.room_version, event.get_pdu_json())
        for key_id in redacted.get("signatures", {}).get(server, {}):
            key = self._keys.get(server, {}).get(key_id)
            if key is not None:
                verify_key = decode_verify_key_bytes(key_id, decode_base64(key))
                verify_signed_json(redacted, server, verify_key)
                return
        raise SynapseError(401, "no known key")


def run(coroutine):
    """Drives a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("expected a coroutine that does not wait")


def is_strict(value):
    try:
        validate_canonicaljson(value)
        return True
    except SynapseError:
        return False


def verdict(event, keys):
    try:
        run(_check_sigs_on_pdu(KnownKeys(keys), event.room_version, event))
    except InvalidEventSignatureError:
        return "refused"
    return "good" if check_event_content_hash(event) else "differs"


class NothingStored:
    """Stands where Synapse has its database: all events come with the request, as if none were persisted yet."""

    async def get_events(self, event_ids, allow_rejected=False):
        return {}

    async def get_auth_chain_difference(self, room_id, state_sets, conflicted_state, additional):
        return StateDifference(auth_difference=set(), conflicted_subgraph=set())

    async def sleep(self, duration):
        pass


def may_follow(event, state):
    try:
        check_state_dependent_auth_rules(event, state.values())
        return True
    except SynapseError:
        return False


def meeting(request):
    version = KNOWN_ROOM_VERSIONS[request["version"]]
    made = [make_event_from_dict(json.loads(text), version) for text in request["events"]]
    events = {event.event_id: event for event in made}
    states = [{(events[id].type, events[id].state_key): events[id] for id in ids} for ids in request["meeting"]]
    ids = [{pair: event.event_id for pair, event in state.items()} for state in states]
    room = made[0].room_id
    stored = NothingStored()
    if request["version"] == "1":
        resolved = run(v1.resolve_events_with_store(room, version, ids, dict(events), stored.get_events))
    else:
        resolved = run(v2.resolve_events_with_store(stored, room, version, ids, dict(events), stored))
    return {
        "resolved": sorted(resolved.values()),
        "allowed": [may_follow(events[id], states[number]) for id, number in request["asked"]],
    }


def answer(request):
    if "meeting" in request:
        return meeting(request)
    if "json" in request:
        value = json.loads(request["json"])
        return {"canonical": encode_canonical_json(value).decode(), "strict": is_strict(value)}
    version = KNOWN_ROOM_VERSIONS[request["version"]]
    pdu = json.loads(request["event"])
    redacted = redact_event_dict(version, pdu)
    redacted.pop("unsigned", None)
    event = make_event_from_dict(pdu, version)
    return {
        "id": event.event_id,
        "room": event.room_id,
        "reference": compute_event_reference_hash(event)[1].hex(),
        "content": compute_content_hash(event.get_pdu_json(), hashlib.sha256)[1].hex(),
        "redacted": encode_canonical_json(redacted).decode(),
        "verdict": verdict(event, request["keys"]),
    }


def main():
    for line in sys.stdin.buffer:
        try:
            reply = answer(json.loads(line))
        except Exception as e:
            reply = {"error": f"{type(e).__name__}: {e}"}
        sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
