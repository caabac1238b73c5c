"""A Synapse module: lets a room be made without an m.room.history_visibility event.

Synapse gives every new room one. Here, the initial state may hold one that says
`headwater.leave_out`, and then there is none.
"""

from synapse.handlers.room import RoomCreationHandler

KEY = ("m.room.history_visibility", "")


class _Seems(dict):
    """Says that it has the key, and does not give it out."""

    def __contains__(self, key):
        return key == KEY or super().__contains__(key)


class NoVisibility:
    def __init__(self, config, api):
        send = RoomCreationHandler._send_events_for_new_room

        async def without(handler, *positional, initial_state, **named):
            if (initial_state.get(KEY) or {}).get("headwater.leave_out"):
                initial_state = _Seems(initial_state)
                del initial_state[KEY]
            return await send(handler, *positional, initial_state=initial_state, **named)

        RoomCreationHandler._send_events_for_new_room = without

    @staticmethod
    def parse_config(config):
        return config
