"""Two Synapse servers and a Dendrite: events of both makes in one room, and the answers of both."""

from answers import Answers

WHAT = "A forked room of Synapse and Dendrite, with what each of them answers."
SERVERS = ("alder", "birch", "dogwood")


def record(recording):
    alder, birch, dogwood = recording.servers(*SERVERS)
    network = recording.network
    talk = recording.talk("dendrite")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    gus = recording.user(dogwood, "gus", "Gus")
    hope = recording.user(dogwood, "hope", "Hope")
    everyone = [ada, cleo, gus, hope]

    room = ada.create_room(
        preset="public_chat",
        name="Two makes of boats",
        room_version="11",
        power_level_content_override={"users": {ada.user_id: 100, gus.user_id: 50}},
    )
    inside = [ada]
    for user in everyone[1:]:
        inside.append(user)
        talk.all_have([user.join(room, via=alder)], inside)
    talk.converse(room, everyone, 20)
    gus.state(room, "m.room.topic", {"topic": "Set from a Dendrite"})
    talk.converse(room, everyone, 10)
    target = cleo.say(room, "Selling my old canoe")
    talk.all_have([target], everyone)
    talk.all_have([gus.redact(room, target, "Not here, please")], everyone)

    for count in (12, 5):
        network.cut([alder, birch], [dogwood])
        talk.converse(room, [ada, cleo], count)
        talk.converse(room, [gus, hope], count + 3)
        network.heal(room, [(ada, "There you are."), (gus, "Here we are."), (cleo, "All three.")])
        talk.converse(room, everyone, 8)

    # The room is closed, and Dendrite's server leaves and comes back.
    joined = ada.state(room, "m.room.history_visibility", {"history_visibility": "joined"})
    talk.all_have([joined], everyone)
    talk.converse(room, everyone, 6)
    for user in (hope, gus):
        talk.settle(room, everyone)
        talk.all_have([user.leave(room)], [ada, cleo])
    talk.converse(room, [ada, cleo], 5)
    talk.all_have([gus.join(room, via=alder)], [ada, cleo])
    talk.converse(room, [ada, cleo, gus], 6)

    recorded = recording.finish(room, alder, [ada, cleo, gus])
    events = recorded.events
    ids = list(events)
    merges = [event_id for event_id, event in events.items() if len(event["prev_events"]) > 1]
    both = [(Answers(recording, room, alder), birch), (Answers(recording, room, dogwood), birch)]
    for answers, asker in both:
        askers = [dogwood, birch] if answers.resident is alder else [alder, birch]
        make = "synapse" if answers.resident is alder else "dendrite"
        answers.visibility(f"asked-of-{make}", askers)
        for limit in (1, 3, 10, 100):
            answers.backfill(asker, ids[-1:], limit)
        for start in merges + ids[30::20]:
            answers.backfill(asker, [start], 20)
        for merge in merges:
            answers.backfill(asker, events[merge]["prev_events"], 20)
            answers.missing_events(asker, [merge], ids[:1], 10)
            answers.missing_events(asker, [merge], ids[:1], 20)
            answers.state_ids(asker, merge)
            answers.event_auth(asker, merge)
        answers.backfill(asker, ["$unknown"], 5)
        answers.missing_events(asker, ids[-1:], ids[:1], 20)
        answers.state_ids(asker, ids[-1])
    both[0][0].write(both[1][0])
