"""Joins that another server's user authorises (room version 8 and later), and knocking."""

from urllib.parse import quote

from answers import Answers

WHAT = "A room that members of another room may join, and at whose door one may knock."
SERVERS = ("alder", "birch", "cedar")


def record(recording):
    alder, birch, cedar = recording.servers(*SERVERS)
    talk = recording.talk("restricted")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    finn = recording.user(cedar, "finn", "Finn")
    gwen = recording.user(cedar, "gwen", "Gwen")
    dov = recording.user(birch, "dov", "Dov")
    club = ada.create_room(preset="public_chat", name="River club", room_version="10")
    talk.all_have([cleo.join(club, via=alder)], [ada])
    talk.all_have([finn.join(club, via=alder)], [ada, cleo])

    room = ada.create_room(
        preset="private_chat",
        name="Club room",
        room_version="10",
        initial_state=[
            {
                "type": "m.room.join_rules",
                "state_key": "",
                "content": {
                    "join_rule": "knock_restricted",
                    "allow": [{"type": "m.room_membership", "room_id": club}],
                },
            }
        ],
    )
    talk.converse(room, [ada], 3)
    talk.all_have([cleo.join(room, via=alder)], [ada])
    talk.converse(room, [ada, cleo], 4)
    talk.all_have([finn.join(room, via=alder)], [ada, cleo])
    talk.converse(room, [ada, cleo, finn], 4)
    # Gwen and Dov are not in the club: they knock.
    for user in (gwen, dov):
        user.call("POST", f"/knock/{quote(room, safe='')}?via={quote(alder.name)}", {"reason": "May I come in?"})
        knock = recording.when(
            lambda: alder.current_state_id(room, "m.room.member", user.user_id), f"{user.user_id}'s knock"
        )
        talk.all_have([knock], [cleo, finn])
        talk.converse(room, [ada, cleo], 2)
    talk.all_have([ada.invite(room, gwen)], [cleo, finn])
    talk.all_have([gwen.join(room, via=alder)], [ada, cleo])
    talk.all_have([ada.kick(room, dov, "Not today")], [cleo, finn])
    talk.converse(room, [ada, cleo, gwen], 5)
    answers = Answers(recording, room, alder)
    answers.visibility("end", [birch, cedar])
    recording.finish(room, alder, [ada, cleo, finn])
