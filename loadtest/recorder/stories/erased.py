"""Users whose accounts are erased: their server shows only redacted copies from then on."""

from answers import Answers

WHAT = "Users of two servers who have themselves erased."
SERVERS = ("alder", "birch", "cedar")


def record(recording):
    alder, birch, cedar = recording.servers(*SERVERS)
    talk = recording.talk("erased")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    finn = recording.user(cedar, "finn", "Finn")
    quinn = recording.user(alder, "quinn", "Quinn")
    rosa = recording.user(birch, "rosa", "Rosa")
    room = ada.create_room(preset="public_chat", name="Guest book", room_version="11")
    inside = [ada]
    for user in (cleo, finn, quinn, rosa):
        inside.append(user)
        talk.all_have([user.join(room, via=alder)], inside)
    talk.converse(room, inside, 25)
    residents = [(Answers(recording, room, alder), [birch, cedar]), (Answers(recording, room, birch), [alder, cedar])]

    def ask(label):
        for answers, askers in residents:
            answers.visibility(f"{label}-asked-of-{answers.resident.host.split('.')[0]}", askers)

    ask("1-before")
    for user in (quinn, rosa):
        user.deactivate(erase=True)
        # The account leaves its rooms in the background.
        left = recording.when(
            lambda: user.server.membership_of(room, user.user_id) == "leave"
            and user.server.current_state_id(room, "m.room.member", user.user_id),
            f"{user.user_id} to leave",
        )
        talk.all_have([left], [ada, cleo, finn])
    talk.converse(room, [ada, cleo, finn], 6)
    ask("2-after")
    # Alder itself holds only redacted copies of some of its erased user's events.
    recording.finish(room, alder, [ada, cleo, finn], fuller=cedar)
