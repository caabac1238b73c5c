"""Writes rooms and answers as files."""

import gzip
import heapq
import json

import check
from errors import RecordingError


def sort_oldest_first(events, version, gaps=False):
    """Parents before children; among those that could come next: by depth, time, ID.

    With `gaps`, parents may be missing: a server lacks what was before its first join.
    """
    children = {event_id: [] for event_id in events}
    waiting = {}
    for event_id, event in events.items():
        edges = set(check.parents(event, version))
        missing = edges - events.keys()
        if missing and not gaps:
            raise RecordingError(f"{event_id} has parents that are not there: {sorted(missing)}")
        waiting[event_id] = len(edges - missing)
        for edge in edges - missing:
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


def loads(text):
    return json.loads(text)


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def write_packed(path, text):
    """As gzip, without name and time in its header: the same content gives the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def lines(values):
    return "".join(line(value) + "\n" for value in values)
