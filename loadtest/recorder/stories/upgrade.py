"""A room upgrade: the old room with its tombstone, the new one with its predecessor."""

from answers import Answers

WHAT = "A room of version 9 upgraded to version 12."
SERVERS = ("alder", "birch")


def record(recording):
    alder, birch = recording.servers(*SERVERS)
    talk = recording.talk("upgrade")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    old = ada.create_room(preset="public_chat", name="Bridge watch", room_version="9")
    talk.all_have([cleo.join(old, via=alder)], [ada])
    talk.converse(old, [ada, cleo], 12)
    new = ada.upgrade(old, "12")
    talk.settle(old, [ada, cleo])
    talk.all_have([cleo.join(new, via=alder)], [ada])
    talk.converse(new, [ada, cleo], 12)
    for name, room in (("old", old), ("new", new)):
        part = recording.part(name)
        answers = Answers(part, room, alder)
        answers.visibility("end", [birch])
        recorded = part.finish(room, alder, [ada, cleo])
        answers.state(birch, list(recorded.events)[-1], "end")
        # An event of the one room asked for in the other.
        answers.backfill(birch, list(recorded.events)[-1:], 100)
        other = (alder.events(old if name == "new" else new)).keys()
        answers.backfill(birch, sorted(other)[:1], 10)
        answers.backfill(birch, [sorted(other)[0], list(recorded.events)[-1]], 10)
        answers.write()
