//! A ledger of questions, for loads that are too large to be read message by message: how each was asked, whether
//! the bot received it, what was done to its requests, and how often it was answered.
//!
//! A question counts as received once the session that it was sent to has acknowledged it, by a heartbeat or a resume. Anything
//! sent to a session that ended before that may never have reached the bot.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Instant;

use serde_json::Value;

use super::faults::Fault;
use super::interactions::Act;
use super::message::{Component, rows_of};
use super::people::{Channel, Member};
use super::rest::{Call, Refusal, Route};
use super::world::{Deed, State};
use super::{Builder, StandIn};

/// Discord's code for an interaction that nobody waits for any more.
const UNKNOWN_INTERACTION: u64 = 10_062;
/// Discord's code for an interaction that has its answer.
const ANSWERED_ALREADY: u64 = 40_060;

/// How someone asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Mentions the bot.
    Mention,
    /// Replies to the bot's latest answer to them; mentions it where there is none.
    Reply,
    /// Writes to it directly.
    Direct,
    /// Uses `/ask`.
    Command,
    /// Clicks a button of the bot's latest answer to them; mentions it where there is none.
    Button,
    /// Writes to nobody.
    Overheard,
}

/// What became of a question.
#[derive(Clone, Debug)]
pub struct Entry {
    /// How it was asked.
    pub way: Way,
    /// When.
    pub at: Instant,
    /// Whether the bot is known to have heard of it.
    pub heard: bool,
    /// How often it was answered.
    pub answers: usize,
    /// When it was answered first.
    pub answered_at: Option<Instant>,
    /// What was done to its requests instead of carrying them out.
    pub faults: Vec<Fault>,
    /// Whether the answer to an interaction was refused because nobody waited any more.
    pub too_late: bool,
}

#[derive(Debug)]
struct Booked {
    entry: Entry,
    person: u64,
    /// Sessions to which it was sent, and its number in each.
    sent: Vec<(String, u64)>,
    /// What is to be done to its next requests; nothing is done to a request with `None`.
    planned: VecDeque<Option<Fault>>,
}

/// The ledger; off unless a test asks for it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub is_on: bool,
    questions: BTreeMap<u64, Booked>,
    /// The bot's latest answer to each person.
    latest: HashMap<u64, u64>,
}

impl Ledger {
    pub fn new(is_on: bool) -> Self {
        Self {
            is_on,
            ..Self::default()
        }
    }
}

impl Builder {
    /// Keeps a ledger: what the bot does is recorded there, and tests need not read it.
    pub fn ledger(mut self) -> Self {
        self.0.ledger = true;
        self
    }
}

impl StandIn {
    /// Someone asks now, whether or not the bot is connected. These faults hit the requests with the answer, in turn.
    pub fn ask(
        &self,
        person: &Member,
        channel: &Channel,
        way: Way,
        text: &str,
        faults: &[Option<Fault>],
    ) {
        self.world
            .change(|state| state.ask(person.id, channel.id, way, text, faults));
    }

    /// Many ask, and the bot receives all of it at the same moment; returns when that was.
    pub fn ask_at_once<'a>(
        &self,
        questions: impl Iterator<Item = (&'a Member, &'a Channel, Way, &'a str)>,
    ) -> Instant {
        let held = self.world.change(|state| state.gateway.hold());
        for (person, channel, way, text) in questions {
            self.ask(person, channel, way, text, &[]);
        }
        self.world.change(|state| {
            let now = Instant::now();
            // The time of an interaction begins when it is sent.
            state
                .interactions
                .values_mut()
                .filter(|known| !known.tried)
                .for_each(|known| known.created = now);
            state.gateway.release(held);
            now
        })
    }

    /// What became of every question so far.
    pub fn ledger(&self) -> Vec<Entry> {
        let state = self.world.look();
        let heard = |booked: &Booked| {
            booked
                .sent
                .iter()
                .any(|(session, seq)| state.gateway.pulse.has_heard(session, *seq))
        };
        state
            .ledger
            .questions
            .values()
            .map(|booked| Entry {
                heard: heard(booked),
                ..booked.entry.clone()
            })
            .collect()
    }
}

impl State {
    fn ask(&mut self, person: u64, channel: u64, way: Way, text: &str, faults: &[Option<Fault>]) {
        let before = self.gateway.numbers();
        let (id, way) = self.put_question(person, channel, way, text);
        let entry = Entry {
            way,
            at: Instant::now(),
            heard: false,
            answers: 0,
            answered_at: None,
            faults: Vec::new(),
            too_late: false,
        };
        let sent = self
            .gateway
            .numbers()
            .into_iter()
            .filter(|number| !before.contains(number))
            .collect();
        let planned = faults.iter().copied().collect();
        self.ledger.questions.insert(
            id,
            Booked {
                entry,
                person,
                sent,
                planned,
            },
        );
    }

    fn put_question(&mut self, person: u64, channel: u64, way: Way, text: &str) -> (u64, Way) {
        let id = self.next_id();
        let latest = self
            .ledger
            .latest
            .get(&person)
            .and_then(|latest| self.messages.get(latest));
        match way {
            Way::Reply => {
                if let Some((answer, place)) = latest.map(|answer| (answer.id, answer.channel)) {
                    return (
                        self.say(id, place, person, text, Some(answer), true).id,
                        way,
                    );
                }
            }
            Way::Button => {
                let button = latest.and_then(|answer| {
                    let mut rows = rows_of(&answer.components).into_iter().flatten();
                    let custom_id = rows.find_map(|component| match component {
                        Component::Button(button)
                            if !button.custom_id.is_empty() && button.label != "Remove" =>
                        {
                            Some(button.custom_id)
                        }
                        _ => None,
                    })?;
                    Some((
                        answer.channel,
                        Act::Component {
                            message: answer.id,
                            custom_id,
                            value: None,
                        },
                    ))
                });
                if let Some((place, click)) = button
                    && let Ok(id) =
                        self.interact(person, place, &click, &format!("interaction-{id}"), false)
                {
                    return (id, way);
                }
            }
            Way::Command => {
                let options = vec![("question".to_owned(), text.to_owned())];
                let act = Act::Slash {
                    name: "ask".to_owned(),
                    options,
                    focused: None,
                };
                let used =
                    self.interact(person, channel, &act, &format!("interaction-{id}"), false);
                return (
                    used.unwrap_or_else(|why| {
                        panic!("Discord does not let a person do this: {why}")
                    }),
                    way,
                );
            }
            Way::Direct => {
                let place = self.dm_channel(person, self.bot);
                return (self.say(id, place, person, text, None, false).id, way);
            }
            Way::Overheard => return (self.say(id, channel, person, text, None, false).id, way),
            Way::Mention => {}
        }
        (
            self.say(id, channel, person, &format!("@bot {text}"), None, false)
                .id,
            Way::Mention,
        )
    }

    /// Books what the bot did.
    pub fn book(&mut self, deed: Deed, message: u64, interaction: Option<u64>) {
        let question = match deed {
            Deed::Message => self
                .messages
                .get(&message)
                .and_then(|answer| answer.reply_to),
            Deed::Response => interaction,
            Deed::Edit | Deed::Deletion | Deed::Followup => None,
        };
        let Some(booked) = question.and_then(|id| self.ledger.questions.get_mut(&id)) else {
            return;
        };
        booked.entry.answers += 1;
        booked.entry.answered_at.get_or_insert_with(Instant::now);
        if deed == Deed::Message {
            self.ledger.latest.insert(booked.person, message);
        }
    }

    /// What goes wrong with a request: what a test has armed, what is planned for its question, or what usually does.
    pub fn strike(&mut self, call: &Call, body: &[u8]) -> Option<Fault> {
        let question = question_of(call, body).filter(|_| self.ledger.is_on);
        let booked = question.and_then(|id| self.ledger.questions.get_mut(&id));
        let planned = booked
            .and_then(|booked| booked.planned.pop_front())
            .flatten();
        let fault = self.faults.strike(call, planned)?;
        if !matches!(fault, Fault::Slow(_) | Fault::CutReply)
            && let Some(booked) = question.and_then(|id| self.ledger.questions.get_mut(&id))
        {
            booked.entry.faults.push(fault);
        }
        Some(fault)
    }

    /// Books a refusal; false where it is for a test to read.
    pub fn book_refusal(&mut self, call: &Call, refusal: &Refusal) -> bool {
        let booked = self
            .ledger
            .questions
            .get_mut(&call.ids[0])
            .filter(|_| call.route == Route::InteractionCallback);
        match (booked, refusal.code) {
            (Some(booked), UNKNOWN_INTERACTION) => {
                booked.entry.too_late = true;
                true
            }
            (Some(_), ANSWERED_ALREADY) => true,
            _ => false,
        }
    }
}

/// The question that a request answers.
fn question_of(call: &Call, body: &[u8]) -> Option<u64> {
    match call.route {
        Route::InteractionCallback => Some(call.ids[0]),
        Route::CreateMessage => {
            let body: Value = serde_json::from_slice(body).ok()?;
            let id = &body["message_reference"]["message_id"];
            id.as_u64().or_else(|| id.as_str()?.parse().ok())
        }
        _ => None,
    }
}
