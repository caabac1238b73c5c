"""Writes rooms and answers as files."""

import gzip
import json

import check
from servers import RecordingError

PLAIN_LIMIT = 200 * 1024


def sort_oldest_first(events, version):
    """Parents before children; among those that could come next: by depth, time, ID."""
    import heapq

    children = {event_id: [] for event_id in events}
    waiting = {}
    for event_id, event in events.items():
        edges = set(check.parents(event, version))
        missing = edges - events.keys()
        if missing:
            raise RecordingError(f"{event_id} has parents that are not there: {sorted(missing)}")
        waiting[event_id] = len(edges)
        for edge in edges:
            children[edge].append(event_id)

    def rank(event_id):
        event = events[event_id]
        return event["depth"], event["origin_server_ts"], event_id

    ready = [rank(event_id) for event_id, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    ordered = {}
    while ready:
        event_id = heapq.heappop(ready)[2]
        ordered[event_id] = events[event_id]
        for child in children[event_id]:
            waiting[child] -= 1
            if waiting[child] == 0:
                heapq.heappush(ready, rank(child))
    return ordered


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def write_bytes(path, data, pack=None):
    """Writes the file, as .gz if asked for or if it is large; returns the path written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if pack is None:
        pack = len(data) > PLAIN_LIMIT
    if pack:
        path = path.with_name(path.name + ".gz")
        # No name and no time in the header: the same content gives the same file.
        data = gzip.compress(data, 9, mtime=0)
    path.write_bytes(data)
    return path


def write_room(directory, events, pack=None):
    data = "".join(line(event) + "\n" for event in events.values()).encode()
    return write_bytes(directory / "room.ndjson", data, pack), len(data)


def write_json(path, value, pack=None, indent=1):
    text = json.dumps(value, ensure_ascii=False, indent=indent, sort_keys=False) + "\n"
    return write_bytes(path, text.encode(), pack)


def write_ndjson(path, values, pack=None):
    return write_bytes(path, "".join(line(value) + "\n" for value in values).encode(), pack)
