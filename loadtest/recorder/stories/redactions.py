"""Redactions: by whom they may be made and by whom not, and in which order they arrive."""

import forge
from answers import Answers
from client import ApiError

WHAT = "Redactions by author, moderator and people without power, in room versions 10 and 11."
SERVERS = ("alder", "birch", "cedar")


def record(recording):
    for version in ("10", "11"):
        record_version(recording, version)


def record_version(recording, version):
    alder, birch, cedar = recording.servers(*SERVERS)
    part = recording.part(version)
    network = recording.network
    talk = recording.talk("redactions")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    dov = recording.user(birch, "dov", "Dov")
    enid = recording.user(birch, "enid", "Enid")
    finn = recording.user(cedar, "finn", "Finn")
    gwen = recording.user(cedar, "gwen", "Gwen")
    everyone = [ada, cleo, dov, enid, finn, gwen]
    powers = {ada.user_id: 100, cleo.user_id: 50, gwen.user_id: 50}
    room = ada.create_room(
        preset="public_chat",
        name="Lost and found",
        room_version=version,
        power_level_content_override={"users": powers},
    )
    inside = [ada]
    for user in everyone[1:]:
        inside.append(user)
        talk.all_have([user.join(room, via=alder)], inside)
    ids = {}

    def told(label, event_id, users=everyone):
        ids[label] = event_id
        talk.all_have([event_id], users)
        return event_id

    def refused(label, act):
        """What the server does not let its user do."""
        try:
            told(label, act())
        except ApiError as error:
            ids[label] = f"refused: {error.status} {error.body.get('errcode')}"

    talk.converse(room, everyone, 6)
    target = told("target of its author", dov.say(room, "Found a wallet, it belongs to M. Weir, 12 Mill Lane"))
    talk.converse(room, everyone, 3)
    told("by its author", dov.redact(room, target, "Name and address do not belong here"))
    target = told("target of a moderator", finn.say(room, "Buy cheap boots at boots dot example"))
    told("by a moderator", cleo.redact(room, target, "Advertising"))
    refused("again, already redacted", lambda: ada.redact(room, target, "Twice"))
    refused("redaction of a redaction", lambda: cleo.redact(room, ids["by its author"], "Undo?"))
    target = told("target of a powerless user", finn.say(room, "Found one glove, left hand"))
    refused("by a powerless user, asked of his server", lambda: dov.redact(room, target, "Mine!"))
    target = told("state event", ada.state(room, "m.room.topic", {"topic": "What was left at the picnic table"}))
    told("redaction of the state event", ada.redact(room, target))
    refused(
        "redaction of a member event",
        lambda: ada.redact(room, alder.current_state_id(room, "m.room.member", finn.user_id)),
    )
    refused(
        "redaction of the create event", lambda: ada.redact(room, alder.current_state_id(room, "m.room.create"))
    )
    refused("redaction of an unknown event", lambda: ada.redact(room, "$nothing-of-that-name-has-ever-been-held-here"))
    talk.converse(room, everyone, 4)

    # A redaction that comes before its target: birch hears of both only through cedar.
    network.cut([alder], [birch])
    target = told("target that comes late", ada.say(room, "Key found: it opens the boat house"), [finn])
    told("redaction that comes first", gwen.redact(room, target, "Do not tell everybody"), [ada, cleo])
    network.heal(room, [(ada, "Sorry."), (cleo, "What did I miss?"), (finn, "Nothing.")])
    talk.converse(room, everyone, 4)

    # A moderator loses the power while she redacts on the other side of a partition.
    target = told("target across the partition", ada.say(room, "The umbrella is at the mill"))
    network.cut([alder], [birch, cedar])
    ids["power taken"] = ada.state(
        room,
        "m.room.power_levels",
        {**ada.read_state(room, "m.room.power_levels"), "users": {ada.user_id: 100, gwen.user_id: 50}},
    )
    talk.converse(room, [ada], 3)
    told("redaction without knowing", cleo.redact(room, target, "It is gone"), [finn])
    talk.converse(room, [cleo, finn], 3)
    network.heal(room, [(ada, "Hello again."), (cleo, "Hello."), (finn, "Hello!")])
    talk.converse(room, everyone, 4)

    talk.settle(room, everyone)
    birch_answers = Answers(part, room, birch)
    birch_answers.visibility("before-forgeries-asked-of-birch", [alder, cedar])
    birch_answers.backfill(cedar, sorted(birch.extremities(room)), 100)

    # What no server lets its users do, sent with birch's signature to alder and cedar.
    # They take it, and show the first of them to nobody; so birch, which has it from
    # nobody, can no longer follow the room. Therefore this comes last.
    target = told("second target of a powerless user", finn.say(room, "Found: one walking stick, hazel"))
    neighbour = told("target of a neighbour", dov.say(room, "Lost: my hazel stick"))
    talk.settle(room, everyone)
    for label, sender, aim in (
        ("forged, other server's target", dov, target),
        ("forged, same server's target", enid, neighbour),
    ):
        event_id, event = forge.redaction(alder, room, sender, aim, "I say so")
        ids[label] = event_id
        for server in (alder, cedar):
            forge.hand_over(birch, server, event, f"forged-{event_id[1:9]}-{server.host}")
            server.wait_for(event_id)
    talk.converse(room, [ada], 3, [ada, finn])
    alder_answers = Answers(part, room, alder)
    alder_answers.visibility("end", [birch, cedar])
    recorded = part.finish(room, alder, [ada, finn])
    order = list(recorded.events)
    alder_answers.backfill(birch, order[-1:], 100)
    alder_answers.missing_events(birch, order[-1:], order[:1], 20)
    alder_answers.state(birch, order[-1], "end")
    alder_answers.write(birch_answers)
    part.write_labels(ids)
