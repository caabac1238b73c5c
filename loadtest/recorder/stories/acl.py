"""Server ACLs: added, tightened, loosened. The denied server keeps on talking to itself."""

from answers import Answers

WHAT = "A server that is shut out by ACLs, let in again, and shut out by omission."
SERVERS = ("alder", "birch", "cedar")


def record(recording):
    alder, birch, cedar = recording.servers(*SERVERS)
    talk = recording.talk("acl")
    ada = recording.user(alder, "ada", "Ada")
    cleo = recording.user(birch, "cleo", "Cleo")
    finn = recording.user(cedar, "finn", "Finn")
    room = ada.create_room(preset="public_chat", name="The towpath", room_version="10")
    talk.all_have([cleo.join(room, via=alder)], [ada])
    talk.all_have([finn.join(room, via=alder)], [ada, cleo])
    answers = Answers(recording, room, alder)
    askers = [birch, cedar]
    talk.converse(room, [ada, cleo, finn], 6)

    def set_acl(label, allow, deny, heard):
        talk.all_have(
            [ada.state(room, "m.room.server_acl", {"allow": allow, "deny": deny, "allow_ip_literals": False})], heard
        )
        talk.converse(room, heard, 3)
        answers.visibility(label, askers)

    set_acl("1-all-allowed", ["*"], [], [ada, cleo, finn])
    set_acl("2-cedar-denied", ["*"], ["CEDAR.*"], [ada, cleo])
    for _ in range(3):
        finn.say(room, talk.line())
    set_acl("3-loosened", ["*"], ["*.elsewhere.example"], [ada, cleo])
    recording.network.complete(room, [alder, birch, cedar])
    talk.converse(room, [finn, ada, cleo], 5)
    # alder.* and not alder.example: Synapse refuses an ACL that would deny its own name,
    # and looks at that name with its port, which no other check does.
    set_acl("4-named-with-wildcards", ["alder.*", "b*", "c?dar.example"], [], [ada, cleo, finn])
    set_acl("5-cedar-not-named", ["alder.*", "birch.example"], [], [ada, cleo])
    set_acl("6-deny-beats-allow", ["*", "cedar.example"], ["cedar.example"], [ada, cleo])
    recorded = recording.finish(room, alder, [ada, cleo])
    answers.backfill(birch, list(recorded.events)[-1:], 100)
    answers.backfill(cedar, list(recorded.events)[-1:], 100)
    answers.state_ids(cedar, list(recorded.events)[-1])
    answers.missing_events(cedar, list(recorded.events)[-1:], [], 10)
    answers.write()
