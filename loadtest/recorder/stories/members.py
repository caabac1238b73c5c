"""Many users of three servers: joins, leaves, rejoins, invites, kicks, bans."""

from answers import Answers

WHAT = "Members of three servers coming, going, kicked, banned and let in again."
SERVERS = ("alder", "birch", "cedar")


def record(recording):
    alder, birch, cedar = recording.servers(*SERVERS)
    talk = recording.talk("members")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    visitors = [
        recording.user(server, name, name.capitalize())
        for names in (("hal", "ivo", "june"), ("kai", "lena", "mats"), ("nell", "olaf", "pia"))
        for server, name in zip((alder, birch, cedar), names)
    ]
    room = ada.create_room(preset="public_chat", name="Open walks")
    talk.all_have([cleo.join(room, via=alder)], [ada])
    stay = [ada, cleo]

    def tell(event_id):
        talk.all_have([event_id], stay)

    for visitor in visitors:
        talk.settle(room, stay + visitors)
        tell(visitor.join(room, via=alder))
        tell(visitor.say(room, talk.line()))
        talk.converse(room, stay, 2)
    answers = Answers(recording, room, alder)
    answers.visibility("1-all", [birch, cedar])
    for number, visitor in enumerate(visitors):
        talk.settle(room, stay + visitors)
        what = number % 3
        if what == 0:
            tell(visitor.leave(room))
        elif what == 1:
            tell(ada.kick(room, visitor, "The hut is full tonight"))
        else:
            tell(ada.ban(room, visitor, "Left the gate open once too often"))
        talk.converse(room, stay, 2)
    answers.visibility("2-cedar-out", [birch, cedar])
    for number, visitor in enumerate(visitors):
        talk.settle(room, stay + visitors)
        what = number % 3
        if what == 2:
            tell(ada.unban(room, visitor))
        if what == 1:
            tell(ada.invite(room, visitor, "There is a bed again"))
        if number % 2 == 0:
            tell(visitor.join(room, via=alder))
            tell(visitor.say(room, talk.line()))
        elif what == 1:
            # An invite that is turned down.
            tell(visitor.leave(room))
        talk.converse(room, stay, 2)
    # All of birch leave and one comes back, so that the server itself was away.
    for user in [cleo] + [visitor for visitor in visitors if visitor.server is birch]:
        if birch.membership_of(room, user.user_id) == "join":
            talk.settle(room, stay + visitors)
            talk.all_have([user.leave(room)], [ada])
    talk.converse(room, [ada], 5)
    answers.visibility("3-birch-out", [birch, cedar])
    talk.all_have([cleo.join(room, via=alder)], [ada])
    talk.converse(room, stay, 5)
    answers.visibility("4-birch-back", [birch, cedar])
    recorded = recording.finish(room, alder)
    ids = list(recorded.events)
    for event_id in ids[20::20] + ids[-1:]:
        answers.state_ids(birch, event_id)
    answers.backfill(birch, ids[-1:], 100)
    answers.state(birch, ids[-1], "end")
    answers.write()
