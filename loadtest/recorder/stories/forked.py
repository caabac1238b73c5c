"""Three servers parted again and again, and merged: forks, tied depths, uneven branches."""

from answers import Answers

WHAT = "A room torn by partitions of three servers and merged again."
SERVERS = ("alder", "birch", "cedar")


def record(recording):
    alder, birch, cedar = recording.servers(*SERVERS)
    network = recording.network
    talk = recording.talk("forked")
    ada = recording.user(alder, "ada", "Ada")
    bram = recording.user(alder, "bram", "Bram")
    cleo = recording.user(birch, "cleo", "Cleo")
    dov = recording.user(birch, "dov", "Dov")
    finn = recording.user(cedar, "finn", "Finn")
    gwen = recording.user(cedar, "gwen", "Gwen")
    everyone = [ada, bram, cleo, dov, finn, gwen]

    room = ada.create_room(
        preset="public_chat",
        name="Three valleys",
        room_version="10",
        power_level_content_override={
            "users": {ada.user_id: 100, cleo.user_id: 100, finn.user_id: 100}
        },
    )
    inside = [ada]
    for user in everyone[1:]:
        inside.append(user)
        talk.all_have([user.join(room, via=alder)], inside)
    talk.converse(room, everyone, 20)

    # Three ways, tied depth by depth, and every side changes state.
    network.cut([alder], [birch], [cedar])
    talk.converse(room, [ada, bram], 8)
    ada.state(room, "m.room.topic", {"topic": "Said in the lower valley"})
    talk.converse(room, [ada, bram], 8)
    talk.converse(room, [cleo, dov], 5)
    cleo.state(room, "m.room.topic", {"topic": "Said in the middle valley"})
    talk.converse(room, [cleo, dov], 9)
    talk.converse(room, [finn, gwen], 12)
    finn.state(room, "m.room.name", {"name": "Three valleys, one river"})
    talk.converse(room, [finn, gwen], 3)
    network.heal(room, [(ada, "Alder is back."), (cleo, "Birch is back."), (finn, "Cedar is back.")])
    talk.converse(room, everyone, 20)

    # Uneven: a long branch beside a short one.
    network.cut([alder, birch], [cedar])
    talk.converse(room, [ada, bram, cleo, dov], 60)
    gwen.say(room, "Very quiet up here today.")
    finn.say(room, "And foggy.")
    network.heal(room, [(finn, "Oh, there you all are."), (ada, "We never stopped.")])
    talk.converse(room, everyone, 15)

    # A branch that forks in itself: first one cut, then another, healed in one go.
    network.cut([alder], [birch, cedar])
    talk.converse(room, [ada, bram], 10)
    talk.converse(room, [cleo, finn], 6)
    network.cut([birch], [cedar])
    talk.converse(room, [cleo, dov], 10)
    talk.converse(room, [finn, gwen], 11)
    dov.leave(room)
    talk.converse(room, [ada, bram], 6)
    network.heal(room, [(cleo, "Birch again."), (ada, "Alder again."), (finn, "Cedar again.")])
    talk.all_have([dov.join(room)], [ada, cleo, finn])
    talk.converse(room, everyone, 15)

    # Many short ones.
    for _ in range(6):
        network.cut([alder], [birch], [cedar])
        said = [user.say(room, talk.line()) for user in (ada, cleo, finn)]
        network.heal(room, [(bram, talk.line()), (dov, talk.line()), (gwen, talk.line())])
        talk.all_have(said, [ada, cleo, finn])
        talk.converse(room, everyone, 3)

    recorded = recording.finish(room, alder, everyone)
    record_answers(recording, room, recorded, alder, birch, cedar)


def record_answers(recording, room, recorded, alder, birch, cedar):
    events = recorded.events
    ids = list(events)
    merges = [event_id for event_id, event in events.items() if len(event["prev_events"]) > 1]
    both = [
        (Answers(recording, room, alder), birch),
        (Answers(recording, room, birch), cedar),
    ]
    for answers, asker in both:
        for limit in (1, 2, 3, 10, 50, 100, 500):
            answers.backfill(asker, ids[-1:], limit)
        for start in merges + ids[25::25]:
            answers.backfill(asker, [start], 30)
        for merge in merges:
            answers.backfill(asker, events[merge]["prev_events"], 40)
        answers.backfill(asker, [ids[-1], ids[150], ids[60]], 30)
        answers.backfill(asker, [ids[60], ids[-1], ids[-1]], 5)
        answers.backfill(asker, ["$unknown", ids[40]], 5)
        answers.backfill(asker, ["$unknown"], 5)
        answers.backfill(asker, ids[:1], 5)
        for merge in merges:
            for limit in (3, 10, 20):
                answers.missing_events(asker, [merge], ids[:1], limit)
        for first, last in ((30, 45), (60, 90), (100, 140), (20, len(ids) - 1)):
            answers.missing_events(asker, [ids[last]], [ids[first]], 20)
            answers.missing_events(asker, [ids[last]], [ids[first]], 20, events[ids[last]]["depth"] - 3)
        answers.missing_events(asker, [], [], 10)
        answers.missing_events(asker, [ids[-1]], [], 50)
        for event_id in merges + ids[30::30] + ids[-1:]:
            answers.state_ids(asker, event_id)
            answers.event_auth(asker, event_id)
        for event_id in ids[5::40]:
            timestamp = events[event_id]["origin_server_ts"]
            for direction in ("f", "b"):
                answers.timestamp_to_event(asker, timestamp + 1, direction)
    first = both[0][0]
    first.state(birch, merges[0], "merge-1")
    first.state(birch, merges[2], "merge-3")
    first.state(birch, ids[-1], "end")
    first.write(both[1][0])
