"""The demo room: walkers on two servers, twice cut off from each other."""

WHAT = "The room that the demo ships: two servers, two partitions, one redaction."
SERVERS = ("alder", "birch")
OWN_KEYS = True  # this room is shipped alone, so its keys stand beside it


def record(recording):
    alder, birch = recording.servers(*SERVERS)
    talk = recording.talk("demo")
    ada = recording.user(alder, "ada", "Ada")
    bram = recording.user(alder, "bram", "Bram")
    cleo = recording.user(birch, "cleo", "Cleo")
    dov = recording.user(birch, "dov", "Dov")
    enid = recording.user(birch, "enid", "Enid")

    room = ada.create_room(
        preset="public_chat",
        name="Headwater Ramblers",
        topic="Walks along the river, from the mouth to the source",
        room_alias_name="headwater",
    )
    bram.join(room)
    cleo.join(room, via=alder)
    birch.wait_for(ada.say(room, "Welcome everyone! This is the place for plans, gauges and herons."))
    talk.converse(room, [ada, bram, cleo], 40)
    dov.join(room, via=alder)
    alder.wait_for(dov.say(room, "Hello from the lower valley."))
    allowed = ada.state(
        room, "m.room.server_acl", {"allow": ["*"], "deny": [], "allow_ip_literals": True}
    )
    birch.wait_for(allowed)
    talk.converse(room, [ada, bram, cleo, dov], 45)

    # The line down the valley breaks, and both ends keep on talking.
    recording.network.cut([alder], [birch])
    talk.converse(room, [ada, bram], 20)
    ada.state(room, "m.room.topic", {"topic": "Walks along the river (the lower valley is offline, the bridge is not)"})
    talk.converse(room, [ada, bram], 18)
    talk.converse(room, [cleo, dov], 15)
    enid.join(room)
    talk.converse(room, [cleo, dov, enid], 19)
    recording.network.heal(
        room,
        [(ada, "The line is back! Did you hear us?"), (cleo, "Only now. Reading up.")],
    )
    everyone = [ada, bram, cleo, dov, enid]
    talk.converse(room, everyone, 30)
    hasty = dov.say(room, "Parking at the mill: the gate code is 4711")
    alder.wait_for(hasty)
    ada.server.wait_for(dov.redact(room, hasty, "That belongs into a direct message"))
    talk.converse(room, everyone, 30)
    alder.wait_for(dov.leave(room))
    talk.converse(room, [ada, bram, cleo, enid], 30)
    birch.wait_for(ada.state(room, "m.room.name", {"name": "Headwater Ramblers 🥾"}))
    rejoin = dov.join(room, via=alder)
    alder.wait_for(rejoin)
    talk.converse(room, everyone, 25)

    # And once more.
    recording.network.cut([alder], [birch])
    talk.converse(room, [cleo, dov, enid], 41)
    talk.converse(room, [ada, bram], 22)
    bram.leave(room)
    talk.converse(room, [ada], 14)
    recording.network.heal(
        room,
        [(enid, "There you are again."), (ada, "Second time this month. Somebody buy the valley a new cable.")],
    )
    bram.join(room)
    birch.wait_for(ada.state(room, "m.room.topic", {"topic": "Walks along the river, from the mouth to the source"}))
    talk.converse(room, everyone, 50)
    return recording.finish(room, alder, everyone)
