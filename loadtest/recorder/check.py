"""Checks recorded events with Synapse's own libraries: IDs, content hashes, signatures."""

import collections

from signedjson.key import decode_verify_key_bytes
from signedjson.sign import verify_signed_json
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS
from synapse.crypto.event_signing import check_event_content_hash, compute_event_reference_hash
from synapse.events import make_event_from_dict
from synapse.events.utils import prune_event
from unpaddedbase64 import decode_base64

from errors import RecordingError


def parse(event, version):
    return make_event_from_dict(dict(event), KNOWN_ROOM_VERSIONS[version])


def parents(event, version):
    """The IDs in prev_events: pairs in room versions 1 and 2, plain from 3 on."""
    edges = event["prev_events"]
    return [edge[0] for edge in edges] if version in ("1", "2") else list(edges)


def is_whole(event, version):
    """Whether the content hash agrees, which it does not in most redacted copies."""
    return check_event_content_hash(parse(event, version))


def check_room(events, version, verify_keys):
    """events: {event ID as the server says: event}. Returns counts; raises on any fault."""
    counts = collections.Counter()
    for event_id, raw in events.items():
        event = parse(raw, version)
        if version in ("1", "2"):
            if raw["event_id"] != event_id:
                raise RecordingError(f"{event_id}: the event says {raw['event_id']}")
            compute_event_reference_hash(event)
        if event.event_id != event_id:
            raise RecordingError(f"{event_id}: computed ID is {event.event_id}")
        counts["IDs"] += 1
        if not check_event_content_hash(event):
            raise RecordingError(f"{event_id}: wrong content hash")
        counts["content hashes"] += 1
        redacted = prune_event(event).get_pdu_json()
        sender_server = raw["sender"].split(":", 1)[1]
        if sender_server not in raw["signatures"]:
            raise RecordingError(f"{event_id}: {sender_server} did not sign")
        for server, by_key in raw["signatures"].items():
            for key_id in by_key:
                key = decode_verify_key_bytes(key_id, decode_base64(verify_keys[server][key_id]))
                only = dict(redacted, signatures={server: {key_id: by_key[key_id]}})
                verify_signed_json(only, server, key)
                counts["signatures"] += 1
    shape = check_shape(events, version)
    return {"events": len(events), **counts, **shape}


def check_shape(events, version):
    """Every parent is there, one create event begins it, no child before its parents."""
    creates = [event_id for event_id, event in events.items() if event["type"] == "m.room.create"]
    if len(creates) != 1:
        raise RecordingError(f"{len(creates)} create events, expected 1")
    seen = set()
    merges = 0
    children = collections.Counter()
    depths = collections.Counter()
    for event_id, event in events.items():
        edges = parents(event, version)
        missing = [edge for edge in edges if edge not in seen]
        if missing:
            raise RecordingError(f"{event_id}: parents missing or later: {missing}")
        seen.add(event_id)
        merges += len(edges) > 1
        children.update(edges)
        depths[event["depth"]] += 1
    return {
        "merges": merges,
        "forks": sum(1 for count in children.values() if count > 1),
        "tied depths": sum(1 for count in depths.values() if count > 1),
        "highest depth": max(depths),
    }
