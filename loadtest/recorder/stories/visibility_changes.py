"""A room whose visibility changes again and again, also on one side of a partition."""

from answers import Answers

WHAT = "One room that goes through all visibilities, with a server coming and going."
SERVERS = ("alder", "birch", "cedar")


def record(recording):
    alder, birch, cedar = recording.servers(*SERVERS)
    talk = recording.talk("visibility changes")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    finn = recording.user(cedar, "finn", "Finn")
    gwen = recording.user(cedar, "gwen", "Gwen")
    askers = [birch, cedar]

    room = ada.create_room(preset="public_chat", name="Locks and sluices", room_version="11")
    answers = Answers(recording, room, alder)
    talk.all_have([cleo.join(room, via=alder)], [ada])

    def turn(visibility):
        talk.all_have(
            [ada.state(room, "m.room.history_visibility", {"history_visibility": visibility})], [cleo]
        )
        talk.settle(room, [ada, cleo, finn])

    talk.converse(room, [ada, cleo], 4)
    for before, during, after in (
        ("joined", "shared", "invited"),
        ("world_readable", "joined", "joined"),
        ("invited", "invited", "shared"),
        ("joined", "world_readable", "joined"),
    ):
        turn(before)
        talk.converse(room, [ada, cleo], 3)
        talk.all_have([ada.invite(room, finn)], [cleo])
        talk.converse(room, [ada, cleo], 3)
        talk.all_have([finn.join(room, via=alder)], [ada, cleo])
        talk.converse(room, [ada, cleo, finn], 3)
        turn(during)
        talk.converse(room, [ada, cleo, finn], 3)
        talk.all_have([finn.leave(room)], [ada, cleo])
        talk.converse(room, [ada, cleo], 2)
        turn(after)
        talk.converse(room, [ada, cleo], 2)
    answers.visibility("1-left", askers)

    # Odd ones: an unknown value, and one that is no history visibility at all.
    turn("whoever_walks_by")
    talk.converse(room, [ada, cleo], 2)
    ada.state(room, "m.room.history_visibility", {"history_visibility": "world_readable"}, state_key="upstream")
    talk.converse(room, [ada, cleo], 2)
    turn("joined")
    talk.converse(room, [ada, cleo], 2)

    # While the servers are parted, one side closes the room and the other does not know.
    talk.all_have([finn.join(room, via=alder)], [ada, cleo])
    turn("shared")
    talk.all_have([finn.say(room, "Before the storm.")], [ada, cleo])
    recording.network.cut([alder], [birch, cedar])
    ada.state(room, "m.room.history_visibility", {"history_visibility": "joined"})
    talk.converse(room, [ada], 4)
    talk.converse(room, [cleo, finn], 4)
    cleo.server.wait_for(finn.leave(room))
    talk.converse(room, [cleo], 4)
    recording.network.heal(room, [(ada, "All dry here."), (cleo, "Here too.")])
    talk.converse(room, [ada, cleo], 4)
    # The other way: one side opens it.
    recording.network.cut([alder], [birch, cedar])
    ada.state(room, "m.room.history_visibility", {"history_visibility": "world_readable"})
    talk.converse(room, [ada], 4)
    talk.converse(room, [cleo], 4)
    recording.network.heal(room, [(ada, "Back again."), (cleo, "So are we.")])
    talk.converse(room, [ada, cleo], 3)
    answers.visibility("2-parted", askers)
    talk.all_have([gwen.join(room, via=alder)], [ada, cleo])
    talk.converse(room, [ada, cleo, gwen], 4)
    answers.visibility("3-back", askers)

    recorded = recording.finish(room, alder, [ada, cleo])
    ids = list(recorded.events)
    merges = [event_id for event_id, event in recorded.events.items() if len(event["prev_events"]) > 1]
    for asker in askers:
        answers.backfill(asker, ids[-1:], 100)
        answers.backfill(asker, ids[60:61], 50)
        answers.backfill(asker, merges[:1], 20)
        for event_id in ids[12::10] + merges:
            answers.state_ids(asker, event_id)
    answers.state(birch, merges[0], "merge-1")
    answers.state(birch, ids[-1], "end")
    answers.write()
