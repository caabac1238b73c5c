"""What a server answers to one asker at one moment, by each endpoint that is about one event."""

import dump


class ByEndpoint:
    """Asks the resident of some answers, and keeps all that it says in one file."""

    def __init__(self, answers):
        self._answers = answers
        self._lines = []

    def ask(self, moment, asker, event_ids=None):
        """About some events, or about all that the resident holds."""
        answers = self._answers
        asking = answers.asking(asker)
        held = dump.sort_oldest_first(answers.resident.events(answers.room_id), answers.version, gaps=True)
        for event_id in event_ids or held:
            timestamp = held[event_id]["origin_server_ts"]
            room = answers.room_id
            by = {
                "state_ids": _plain(asking.state_ids(room, event_id)),
                "state": answers.listed(*asking.state(room, event_id), "pdus", "auth_chain"),
                "event_auth": answers.listed(*asking.event_auth(room, event_id), "auth_chain"),
                "timestamp_to_event f": _plain(asking.timestamp_to_event(room, timestamp, "f")),
                "timestamp_to_event b": _plain(asking.timestamp_to_event(room, timestamp, "b")),
            }
            for endpoint, answer in by.items():
                self._lines.append(
                    {"moment": moment, "asker": asking.origin, "event_id": event_id, "endpoint": endpoint, **answer}
                )

    def write(self):
        path = self._answers.directory / "expected" / "endpoints.ndjson.gz"
        dump.write_packed(path, dump.lines(self._lines))


def _plain(answer):
    status, body = answer
    return {"status": status, "body": body}
