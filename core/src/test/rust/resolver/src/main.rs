//! The second opinion on state resolution: what ruma-state-res makes of the conflicts of random rooms.
//!
//! Reads one JSON object a line and writes it again with two members more:
//!
//! - `resolved`: the IDs of the events of the resolved state, sorted;
//! - `allowed`: of each entry of `asked`, whether the state in which it is asked allows the event.
//!
//! A line holds `version`, `events` (each with its `event_id`, and with plain IDs in `prev_events` and `auth_events`
//! whatever the version), `states` (lists of event IDs) and `asked` (pairs of an event ID and the number of a state).

use std::{
    collections::{BTreeSet, HashMap},
    io::{self, BufRead, Write},
};

use ruma_common::{
    EventId, MilliSecondsSinceUnixEpoch, OwnedEventId, OwnedRoomId, OwnedUserId, RoomId, RoomVersionId, UserId,
};
use ruma_events::{StateEventType, TimelineEventType};
use ruma_state_res::{Event, StateMap, check_state_dependent_auth_rules, resolve, utils::event_id_set::EventIdSet};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

#[derive(Deserialize)]
struct Conflict {
    version: RoomVersionId,
    events: Vec<Pdu>,
    states: Vec<Vec<OwnedEventId>>,
    asked: Vec<(OwnedEventId, usize)>,
}

#[derive(Clone, Deserialize)]
struct Pdu {
    event_id: OwnedEventId,
    room_id: Option<OwnedRoomId>,
    sender: OwnedUserId,
    origin_server_ts: MilliSecondsSinceUnixEpoch,
    #[serde(rename = "type")]
    kind: TimelineEventType,
    content: Box<RawValue>,
    state_key: Option<String>,
    prev_events: Vec<OwnedEventId>,
    auth_events: Vec<OwnedEventId>,
    redacts: Option<OwnedEventId>,
}

impl Event for Pdu {
    type Id = OwnedEventId;

    fn event_id(&self) -> &Self::Id {
        &self.event_id
    }

    fn room_id(&self) -> Option<&RoomId> {
        self.room_id.as_deref()
    }

    fn sender(&self) -> &UserId {
        &self.sender
    }

    fn origin_server_ts(&self) -> MilliSecondsSinceUnixEpoch {
        self.origin_server_ts
    }

    fn event_type(&self) -> &TimelineEventType {
        &self.kind
    }

    fn content(&self) -> &RawValue {
        &self.content
    }

    fn state_key(&self) -> Option<&str> {
        self.state_key.as_deref()
    }

    fn prev_events(&self) -> Box<dyn DoubleEndedIterator<Item = &Self::Id> + '_> {
        Box::new(self.prev_events.iter())
    }

    fn auth_events(&self) -> Box<dyn DoubleEndedIterator<Item = &Self::Id> + '_> {
        Box::new(self.auth_events.iter())
    }

    fn redacts(&self) -> Option<&Self::Id> {
        self.redacts.as_ref()
    }

    fn rejected(&self) -> bool {
        false
    }
}

type Events<'a> = HashMap<&'a EventId, &'a Pdu>;

fn state<'a>(ids: impl IntoIterator<Item = &'a OwnedEventId>, events: &Events<'_>) -> StateMap<OwnedEventId> {
    ids.into_iter()
        .map(|id| {
            let event = events[&**id];
            let pair = (StateEventType::from(event.kind.to_string()), event.state_key.clone().expect("a state key"));
            (pair, id.clone())
        })
        .collect()
}

fn auth_chain<'a>(ids: impl IntoIterator<Item = &'a OwnedEventId>, events: &Events<'_>) -> EventIdSet<OwnedEventId> {
    let mut chain = EventIdSet::new();
    let mut open: Vec<_> = ids.into_iter().flat_map(|id| events[&**id].auth_events.clone()).collect();
    while let Some(id) = open.pop() {
        open.extend(events[&*id].auth_events.iter().filter(|named| !chain.contains(named)).cloned());
        chain.insert(id);
    }
    chain
}

/// What lies on a path from one of some events to another.
fn subgraph(conflicted: &StateMap<Vec<OwnedEventId>>, events: &Events<'_>) -> EventIdSet<OwnedEventId> {
    let ends: BTreeSet<_> = conflicted.values().flatten().cloned().collect();
    let mut between = EventIdSet::new();
    for id in auth_chain(&ends, events) {
        let below = auth_chain([&id], events);
        if ends.contains(&id) || ends.iter().any(|end| below.contains(end)) {
            between.insert(id);
        }
    }
    between
}

fn answer(line: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let conflict: Conflict = serde_json::from_str(line)?;
    let rules = conflict.version.rules().ok_or("an unknown room version")?;
    let events: Events<'_> = conflict.events.iter().map(|event| (&*event.event_id, event)).collect();
    let states: Vec<_> = conflict.states.iter().map(|ids| state(ids, &events)).collect();
    let resolved = resolve(
        &rules.authorization,
        rules.state_res.v2_rules().ok_or("a room version of another algorithm")?,
        &states,
        conflict.states.iter().map(|ids| auth_chain(ids, &events)).collect(),
        |id| events.get(id).copied(),
        |conflicted| Some(subgraph(conflicted, &events)),
    )?;
    let allowed: Vec<_> = conflict
        .asked
        .iter()
        .map(|(id, number)| {
            check_state_dependent_auth_rules(&rules.authorization, events[&**id], |kind, key| {
                let held = states[*number].get(&(kind.clone(), key.to_owned()));
                held.map(|held| events[&**held])
            })
            .is_ok()
        })
        .collect();
    let mut whole: Value = serde_json::from_str(line)?;
    whole["resolved"] = json!(resolved.values().collect::<BTreeSet<_>>());
    whole["allowed"] = json!(allowed);
    Ok(whole)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&line?)?)?;
    }
    out.flush()?;
    Ok(())
}
