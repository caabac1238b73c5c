"""A long room without forks."""

from answers import Answers

WHAT = "About 3,000 events in one line."
SERVERS = ("alder", "birch")
EVENTS = 3000


def record(recording):
    alder, birch = recording.servers(*SERVERS)
    talk = recording.talk("long")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    room = ada.create_room(preset="public_chat", name="River log", room_version="11")
    talk.all_have([cleo.join(room, via=alder)], [ada])
    said = 0
    month = 0
    while said < EVENTS - 30:
        # Long turns: passing the word waits for the other server.
        for speaker, count in ((ada, 90), (cleo, 57)):
            said += len(talk.converse(room, [speaker], count, [ada, cleo]))
        month += 1
        topic = ada.state(room, "m.room.topic", {"topic": f"River log, sheet {month}"})
        talk.all_have([topic], [cleo])
    recorded = recording.finish(room, alder, [ada, cleo])
    ids = list(recorded.events)
    answers = Answers(recording, room, alder)
    for start in (len(ids) - 1, 2000, 1000, 99, 50):
        answers.backfill(birch, [ids[start]], 100)
    for limit in (1, 20, 99, 101, 1000):
        answers.backfill(birch, [ids[1500]], limit)
    answers.missing_events(birch, [ids[-1]], [ids[-12]], 20)
    answers.missing_events(birch, [ids[-1]], [ids[0]], 20)
    answers.state_ids(birch, ids[-1])
    answers.write()
