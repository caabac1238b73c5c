"""One room for each history visibility, with a third server that comes, goes and comes back."""

from answers import Answers

WHAT = "Rooms of one visibility each: events before, during and after a server's membership."
SERVERS = ("alder", "birch", "cedar")
KINDS = ("world_readable", "shared", "invited", "joined")


def record(recording):
    for kind in KINDS:
        record_kind(recording, kind)


def record_kind(recording, kind):
    alder, birch, cedar = recording.servers(*SERVERS)
    talk = recording.talk("visibility " + kind)
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    finn = recording.user(cedar, "finn", "Finn")
    gwen = recording.user(cedar, "gwen", "Gwen")

    part = recording.part(kind)
    room = ada.create_room(
        preset="private_chat",
        name=f"Gauges ({kind})",
        room_version="11",
        initial_state=[
            {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": kind}},
            {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "public"}},
        ],
    )
    answers = Answers(part, room, alder)
    askers = [birch, cedar]

    cleo.join(room, via=alder)
    talk.converse(room, [ada, cleo], 6)
    ada.invite(room, finn)
    talk.converse(room, [ada, cleo], 5)
    answers.visibility("1-invited", askers)
    finn.join(room, via=alder)
    talk.all_have([finn.say(room, "Hello from the upper valley.")], [ada, cleo])
    talk.converse(room, [ada, cleo, finn], 8)
    ada.state(room, "m.room.topic", {"topic": "Seen by three servers"})
    talk.converse(room, [ada, cleo, finn], 3)
    answers.visibility("2-joined", askers)
    talk.all_have([finn.leave(room)], [ada, cleo])
    ada.state(room, "m.room.topic", {"topic": "Seen by two servers"})
    talk.converse(room, [ada, cleo], 6)
    answers.visibility("3-left", askers)
    # Another user of the same server: what of the events between?
    talk.all_have([gwen.join(room, via=alder)], [ada, cleo])
    talk.converse(room, [ada, cleo, gwen], 5)
    answers.visibility("4-another-user", askers)
    talk.all_have([ada.kick(room, gwen, "Only for a moment")], [cleo])
    talk.converse(room, [ada, cleo], 3)
    talk.all_have([finn.join(room, via=alder)], [ada, cleo])
    talk.converse(room, [ada, cleo, finn], 4)
    answers.visibility("5-back", askers)
    room_file = part.finish(room, alder, [ada, cleo])
    ids = list(room_file.events)
    for asker in askers:
        answers.backfill(asker, ids[-1:], 100)
        answers.backfill(asker, ids[len(ids) // 2 :][:1], 20)
        answers.missing_events(asker, ids[-1:], ids[:1], 20)
        for event_id in ids[10::8]:
            answers.state_ids(asker, event_id)
    answers.state(birch, ids[-1], "end")
    answers.write()
