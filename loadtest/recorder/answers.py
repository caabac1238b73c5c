"""Records what a server answers: which events, in which order, in full or redacted.

Bodies are not kept twice. An answered event must be either the event that the server
holds or its redacted form; then its ID says it all. Anything else stops the recording.
"""

import check
import dump
from synapse.events.utils import prune_event
from errors import RecordingError


class Answers:
    """The answers of `resident` about one room."""

    def __init__(self, recording, room_id, resident):
        self._recording = recording
        self.room_id = room_id
        self.resident = resident
        self.version = resident.room_version(room_id)
        self._forms = {}
        self.lists = {}

    @property
    def directory(self):
        return self._recording.directory

    def asking(self, asker):
        return self._recording.ask(asker, self.resident)

    # What an answered event is

    def _known(self, event_id):
        if event_id not in self._forms:
            held = self.resident.held_json(self.room_id, event_id)
            if held is None:
                raise RecordingError(f"{self.resident.name} answered {event_id}, which it does not hold")
            event = check.parse(held, self.version)
            self._forms[event_id] = _bare(event.get_pdu_json()), _bare(prune_event(event).get_pdu_json())
        return self._forms[event_id]

    def name(self, pdu):
        """(event ID, "full" or "redacted") of an answered event."""
        event_id = check.parse(pdu, self.version).event_id
        held, redacted = self._known(event_id)
        answered = _bare(pdu)
        if answered in (held, redacted):
            # What the server holds may itself be no more than a redacted copy.
            return event_id, "full" if check.is_whole(answered, self.version) else "redacted"
        raise RecordingError(f"{event_id} came neither in full nor redacted: {pdu}\nbut held is: {held}")

    # The matrix: every event, every asker, every endpoint

    def visibility(self, label, askers):
        """Asks for each event that the resident holds, as each of the askers."""
        events = dump.sort_oldest_first(self.resident.events(self.room_id), self.version, gaps=True)
        children = {}
        for event_id, event in events.items():
            for parent in check.parents(event, self.version):
                children.setdefault(parent, event_id)
        table = {event_id: {} for event_id in events}
        for asker in askers:
            asking = self.asking(asker)
            for event_id, event in events.items():
                answers = {
                    "backfill": self._one(asking.backfill(self.room_id, [event_id], 1), "pdus", event_id),
                    "event": self._one(asking.event(event_id), "pdus", event_id),
                }
                if event_id in children:
                    child = children[event_id]
                    parents = set(check.parents(event, self.version))
                    siblings = set(check.parents(events[child], self.version)) - {event_id}
                    answer = asking.missing_events(self.room_id, [child], parents | siblings, 10)
                    answers["get_missing_events"] = self._one(answer, "events", event_id)
                table[event_id][asking.origin] = answers
        path = self.directory / "expected" / f"visibility-{label}.json"
        # One event a line, so that a person can read it and a diff shows it.
        lines = ",\n".join(
            f"{dump.line(event_id)}:{dump.line(by_server)}" for event_id, by_server in table.items()
        )
        dump.write(path, "{\n" + lines + "\n}\n")
        return table

    def _one(self, answer, key, event_id):
        status, body = answer
        if status != 200:
            return str(status)
        named = dict(self.name(pdu) for pdu in body[key])
        return named.get(event_id, "absent")

    # Lists of events, in the order of the answer

    def _note(self, kind, entry):
        self.lists.setdefault(kind, []).append({"resident": self.resident.name, **entry})

    def listed(self, status, body, *keys):
        if status != 200:
            return {"status": status, "body": body}
        entry = {"status": status}
        redacted = []
        for key in keys:
            named = [self.name(pdu) for pdu in body[key]]
            entry[key] = [event_id for event_id, _ in named]
            redacted += [event_id for event_id, form in named if form == "redacted"]
        if redacted:
            entry["redacted"] = redacted
        return entry

    def backfill(self, asker, event_ids, limit):
        asking = self.asking(asker)
        status, body = asking.backfill(self.room_id, event_ids, limit)
        self._note(
            "backfill",
            {"asker": asking.origin, "v": list(event_ids), "limit": limit, **self.listed(status, body, "pdus")},
        )

    def missing_events(self, asker, latest, earliest, limit, min_depth=0):
        asking = self.asking(asker)
        status, body = asking.missing_events(self.room_id, latest, earliest, limit, min_depth)
        self._note(
            "get_missing_events",
            {
                "asker": asking.origin,
                "latest_events": list(latest),
                "earliest_events": list(earliest),
                "limit": limit,
                "min_depth": min_depth,
                **self.listed(status, body, "events"),
            },
        )

    def state_ids(self, asker, event_id):
        asking = self.asking(asker)
        status, body = asking.state_ids(self.room_id, event_id)
        entry = {"asker": asking.origin, "event_id": event_id, "status": status}
        if status == 200:
            entry |= {"pdu_ids": body["pdu_ids"], "auth_chain_ids": body["auth_chain_ids"]}
        else:
            entry["body"] = body
        self._note("state_ids", entry)

    def event_auth(self, asker, event_id):
        asking = self.asking(asker)
        status, body = asking.event_auth(self.room_id, event_id)
        self._note(
            "event_auth",
            {"asker": asking.origin, "event_id": event_id, **self.listed(status, body, "auth_chain")},
        )

    def state(self, asker, event_id, label):
        """The whole body of a /state answer, as a file of its own."""
        asking = self.asking(asker)
        status, body = asking.state(self.room_id, event_id)
        if status != 200:
            raise RecordingError(f"/state at {event_id}: {status} {body}")
        entry = self.listed(status, body, "pdus", "auth_chain")
        self._note("state", {"asker": asking.origin, "event_id": event_id, "file": f"state-{label}.json.gz", **entry})
        path = self.directory / "expected" / f"state-{label}.json.gz"
        dump.write_packed(path, dump.line(body) + "\n")

    def timestamp_to_event(self, asker, timestamp, direction):
        asking = self.asking(asker)
        status, body = asking.timestamp_to_event(self.room_id, timestamp, direction)
        self._note(
            "timestamp_to_event",
            {"asker": asking.origin, "ts": timestamp, "dir": direction, "status": status, "body": body},
        )

    def write(self, *others):
        """Writes the lists, those of other residents after this one's."""
        kinds = {}
        for answers in (self, *others):
            for kind, entries in answers.lists.items():
                kinds.setdefault(kind, []).extend(entries)
        for kind, entries in kinds.items():
            dump.write(self.directory / "expected" / f"{kind}.ndjson", dump.lines(entries))


def _bare(pdu):
    # By way of JSON, since Synapse's own objects have tuples where an answer has lists.
    return dump.loads(dump.line({key: value for key, value in pdu.items() if key != "unsigned"}))
