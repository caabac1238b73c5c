"""What the users say: walkers along a river. The same seed gives the same words."""

import random

from servers import wait_until

LINES = """
Good morning all, the river is up a hand's width after last night's rain.
Saw the first kingfisher of the year at the old weir just now.
The footbridge below the mill is open again, they replaced the three rotten planks.
Who is in for the ridge walk on Saturday? Around 14 km, 600 m of climb.
I am in. Shall we meet at the station at eight?
Eight is fine with me, the first bus up the valley leaves at 8:20.
Bring gaiters, the meadow past the chapel is a bog.
The gauge at the upper bridge says 1.42 m and falling.
Does anyone have a spare map of the upper valley? Mine fell into the stream.
I have the 1:25 000 sheet from 2019, the paths have not changed.
The hut has soup again, and the warden says the stove works.
Two salamanders on the path by the spring! I will post the picture later.
There is a fallen beech across the path at marker 14, easy to climb over.
I told the forestry office about the beech, they come on Tuesday.
Water at the spring is clear and very cold, I filled three bottles.
My boots are finally dry. Only took four days by the stove.
Is the ford passable with children?
Not today I would say, knee deep and quick. Take the bridge.
Thanks, the bridge it is then.
The view from the saddle was worth every step.
Could we make it a shorter one? My knee still complains.
Sure, we can split at the chapel: short loop along the river, long one over the ridge.
That suits me, I will lead the short loop.
Cake at the mill afterwards, as ever.
The mill closes at five on Saturdays, mind.
I counted eleven herons between the weir and the confluence.
Eleven! Last year we never had more than six.
They restocked the upper pools, so no wonder.
Please keep dogs on the lead near the gravel bank, the plovers are nesting.
Good point, I will put up a note at the trailhead.
Somebody left a thermos at the picnic table, blue with a dent. I have it.
That is mine! I will fetch it on Saturday.
The new signposts look good, but the one at the fork points the wrong way.
It did that last year as well, kids turn it for fun.
Has anyone tried the path behind the quarry since the slide?
Yes, it is fine up to the second bend, after that loose stones.
I would wait until they have cleared it.
Weather says dry until noon, showers later.
Then let us start early and be down by one.
The source itself was dry in August, now it is bubbling again.
I measured the flow at the culvert: about 40 litres a second.
Nice numbers. How did you measure that?
A bucket, a stopwatch and some patience.
Mushrooms everywhere in the spruce wood, but leave the ones by the road.
The ferry runs until the end of October, two euros a head.
We could walk down one bank and come back on the other.
That is a lovely round, I did it in spring. Five hours with breaks.
Fog in the valley, sunshine above 800 m. Go up if you can.
Just got home. Tired and happy.
The stepping stones at the lower farm are back in place.
The farmer asks us to close the gate, the heifers are out.
Gate is closed, and I said hello to the heifers.
Frost on the boards this morning, careful on the bridge.
There is a concert at the lock house on Sunday, free entry.
Shall we do the headwaters before the snow comes?
Yes please. Two days, with a night in the hut?
I will ask the warden for six beds.
She says six beds are fine, we should bring our own bread.
I bake on Thursdays anyway, count on two loaves.
Then I bring cheese and the small stove.
The otter was back under the alder roots at dusk.
Lucky you, I have been waiting for that one for years.
Low water: one can see the old foundations of the second mill.
I found a milestone with the year 1789 near the ford.
Take a photo for the local history people, they will be delighted.
The bus does not stop at the chapel this week, they are repairing the road.
So we walk the extra kilometre, or take the bicycles.
Bicycles sound good, there are racks at the trailhead.
How long is the tunnel path, and does it need a lamp?
Three hundred metres, and yes, a lamp is wise.
The birches have turned yellow over night.
Peak colour next weekend, I should think.
Thank you for today, that was the nicest walk in a while.
Same here. Same time in two weeks?
Gladly. I will look for a new route until then.
""".strip().splitlines()

PLACES = """the old weir; the upper bridge; the mill; the gravel bank; the chapel; the saddle; the spring;
the lock house; the quarry bend; the confluence; the lower farm; the footbridge; the ferry landing; the hut;
the spruce wood; the culvert; the second mill; the stepping stones; the trailhead; the meadow""".replace("\n", " ").split("; ")

SIGHTS = """a kingfisher; two dippers; a heron; fresh otter tracks; a family of ducks; a roe deer; trout in the pool;
a grey wagtail; dragonflies; a slow-worm; swallows; three buzzards; beaver marks on a willow; a grass snake;
marsh marigolds; wild garlic; a lot of driftwood; somebody's lost glove; the first primroses; a painted
stone""".replace("\n", " ").split("; ")

ADVICE = """the path is dry; mind the mud; it is slippery; the view is clear; the gate is open; bring a stick; the water is
low; the water is high; there is shade; the bench has been mended; the sign is missing; all quiet; a good place for
lunch; the bees are busy; the wind is strong; no need for boots""".replace("\n", " ").split("; ")


class Talk:
    """An endless supply of sentences."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self._next = self.random.randrange(len(LINES))

    def line(self):
        """A hand-written line now and then in their order, else a report of what is seen."""
        if self.random.random() < 0.55:
            self._next += 1
            return LINES[self._next % len(LINES)]
        return self.report()

    def report(self):
        place = self.random.choice(PLACES)
        shape = self.random.randrange(4)
        if shape == 0:
            return f"Saw {self.random.choice(SIGHTS)} near {place}."
        if shape == 1:
            return f"At {place} now: {self.random.choice(ADVICE)}."
        if shape == 2:
            return (
                f"The gauge by {place} reads {self.random.randrange(60, 240) / 100:.2f} m, "
                f"{self.random.choice(['rising', 'falling', 'steady'])}."
            )
        return (
            f"From {place} to {self.random.choice(PLACES)} took me {self.random.randrange(12, 95)} minutes, "
            f"{self.random.choice(ADVICE)}."
        )

    def converse(self, room, speakers, count, witnesses=()):
        """`count` messages by the speakers, a few in a row each, one after another.

        Before the word passes to another server its last event has arrived everywhere,
        so the room stays a line. Returns the event IDs.
        """
        said = []
        speaker = None
        self.settle(room, speakers)
        while len(said) < count:
            previous, speaker = speaker, self.random.choice(speakers)
            if said and previous.server is not speaker.server:
                self.all_have(said[-1:], speakers)
            for _ in range(min(self.random.randint(1, 4), count - len(said))):
                said.append(speaker.say(room, self.line()))
        self.all_have(said[-1:], speakers + list(witnesses))
        return said

    @staticmethod
    def settle(room, users):
        """Waits until the newest events of each user's server, if in the room, have reached all of them."""
        servers = {user.server for user in users if user.server.is_in(room)}
        if len(servers) > 1:
            wait_until(
                lambda: all(
                    set().union(*[server.extremities(room) for server in servers]) <= server.event_ids(room)
                    for server in servers
                ),
                f"the servers to have each other's newest events of {room}",
            )

    @staticmethod
    def all_have(event_ids, users):
        for event_id in event_ids:
            for server in {user.server for user in users}:
                server.wait_for(event_id)
