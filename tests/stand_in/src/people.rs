//! Guilds, channels and people as a test handles them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::gateway::intent;
use super::interactions::{Act, Autocomplete, Interaction, InteractionResponse, wait_for_bot};
use super::mentions;
use super::message::Message;
use super::model::{self, ChannelKind, GuildMember, Role, StoredMessage};
use super::permissions::{EVERYONE, Permission};
use super::world::{State, World, now_ms};

/// A guild.
#[derive(Clone, Debug)]
pub struct Guild {
    world: Arc<World>,
    /// Its id.
    pub id: u64,
}

/// A channel, a thread, a forum or a direct conversation.
#[derive(Clone, Debug)]
pub struct Channel {
    world: Arc<World>,
    /// Its id.
    pub id: u64,
}

/// A post in a forum: the thread and its first message.
#[derive(Clone, Debug)]
pub struct Post {
    /// The thread.
    pub thread: Channel,
    /// The message that it begins with.
    pub message: Message,
}

/// A person, or another bot.
#[derive(Clone, Debug)]
pub struct Member {
    world: Arc<World>,
    guild: Option<u64>,
    /// Their id.
    pub id: u64,
}

impl Guild {
    pub(super) fn new(world: &Arc<World>, name: &str, with_bot: bool) -> Self {
        let id = world.change(|state| {
            let id = state.next_guild_id();
            let owner = state.add_user(&format!("owner of {name}"), false);
            let everyone = Role {
                id,
                name: "@everyone".to_owned(),
                permissions: EVERYONE,
                of_bot: None,
            };
            let mut members = std::collections::BTreeMap::from([(owner, GuildMember::default())]);
            let mut roles = std::collections::BTreeMap::from([(id, everyone)]);
            if with_bot {
                members.insert(state.bot, GuildMember::default());
                let own = Role {
                    id: state.next_id(),
                    name: state.name_of(state.bot),
                    permissions: 0,
                    of_bot: Some(state.bot),
                };
                roles.insert(own.id, own);
            }
            let guild = model::Guild {
                id,
                name: name.to_owned(),
                owner,
                roles,
                members,
                open_commands: std::collections::BTreeSet::new(),
            };
            let created = state.guild_create_json(&guild, &[]);
            state.guilds.insert(id, guild);
            if with_bot {
                state.dispatch("GUILD_CREATE", Some(id), intent::GUILDS, &created);
            }
            id
        });
        Self {
            world: Arc::clone(world),
            id,
        }
    }

    fn add_channel(&self, name: &str, kind: ChannelKind) -> Channel {
        let id = self.world.change(|state| {
            let id = state.next_id();
            state.add_channel(model::Channel {
                guild: Some(self.id),
                ..model::Channel::new(id, kind, name)
            });
            id
        });
        Channel {
            world: Arc::clone(&self.world),
            id,
        }
    }

    /// A new text channel.
    pub fn channel(&self, name: &str) -> Channel {
        self.add_channel(name, ChannelKind::Text)
    }

    /// A new forum.
    pub fn forum(&self, name: &str) -> Channel {
        self.add_channel(name, ChannelKind::Forum)
    }

    fn add_member(&self, name: &str, bot: bool, role: Option<(&str, &[Permission])>) -> Member {
        let id = self.world.change(|state| {
            let user = state.add_user(name, bot);
            let role_id = state.next_id();
            if let Some(guild) = state.guilds.get_mut(&self.id) {
                let mut member = GuildMember::default();
                if let Some((name, permissions)) = role {
                    let permissions = permissions
                        .iter()
                        .fold(0, |sum, permission| sum | permission.bit());
                    let role = Role {
                        id: role_id,
                        name: name.to_owned(),
                        permissions,
                        of_bot: None,
                    };
                    guild.roles.insert(role_id, role);
                    member.roles.push(role_id);
                }
                guild.members.insert(user, member);
            }
            user
        });
        Member {
            world: Arc::clone(&self.world),
            guild: Some(self.id),
            id,
        }
    }

    /// The id of the role that Discord gave the bot.
    ///
    /// # Panics
    /// Where the bot is not in this guild.
    pub fn role_of_bot(&self) -> u64 {
        let state = self.world.look();
        let mut roles = state.guilds[&self.id].roles.values();
        roles
            .find(|role| role.of_bot.is_some())
            .expect("the bot is in the guild")
            .id
    }

    /// The bot is removed from this guild.
    pub fn removes_bot(&self) {
        self.world.change(|state| {
            state.dispatch(
                "GUILD_DELETE",
                Some(self.id),
                intent::GUILDS,
                &json!({"id": self.id.to_string()}),
            )
        });
    }

    /// This guild is out of reach for a while.
    pub fn has_an_outage(&self) {
        let payload = json!({"id": self.id.to_string(), "unavailable": true});
        self.world.change(|state| {
            state.dispatch("GUILD_DELETE", Some(self.id), intent::GUILDS, &payload)
        });
    }

    /// A new ordinary member.
    pub fn member(&self, name: &str) -> Member {
        self.add_member(name, false, None)
    }

    /// A new member who may manage messages.
    pub fn moderator(&self, name: &str) -> Member {
        self.add_member(
            name,
            false,
            Some(("moderators", &[Permission::ManageMessages])),
        )
    }

    /// A new member who may do everything.
    pub fn administrator(&self, name: &str) -> Member {
        self.add_member(
            name,
            false,
            Some(("administrators", &[Permission::Administrator])),
        )
    }

    /// A new member who may do this in addition to what everyone may do.
    pub fn member_who_may(&self, name: &str, permissions: &[Permission]) -> Member {
        self.add_member(name, false, Some(("trusted", permissions)))
    }

    /// An administrator opens a command to all members, whatever permissions the bot asks for.
    pub fn opens_command(&self, name: &str) {
        self.world.change(|state| {
            if let Some(guild) = state.guilds.get_mut(&self.id) {
                guild.open_commands.insert(name.to_owned());
            }
        });
    }

    /// Takes permissions from everybody in this guild, before the bot hears of it.
    pub fn everyone_may_not(&self, permissions: &[Permission]) {
        self.world.change(|state| {
            let guild = state.guilds.get_mut(&self.id);
            if let Some(everyone) = guild.and_then(|guild| guild.roles.get_mut(&self.id)) {
                for permission in permissions {
                    everyone.permissions &= !permission.bit();
                }
            }
        });
    }

    /// Another bot.
    pub fn other_bot(&self, name: &str) -> Member {
        self.add_member(name, true, None)
    }
}

impl Channel {
    /// Takes a permission from the bot here, and in the threads of this channel.
    pub fn bot_may_not(&self, permission: Permission) {
        self.world.change(|state| {
            state.change_channel(self.id, |channel| {
                channel.bot_denied |= permission.bit();
                channel.bot_allowed &= !permission.bit();
            });
        });
    }

    /// Gives the bot a permission here, and in the threads of this channel.
    pub fn bot_may(&self, permission: Permission) {
        self.world.change(|state| {
            state.change_channel(self.id, |channel| {
                channel.bot_allowed |= permission.bit();
                channel.bot_denied &= !permission.bit();
            });
        });
    }

    /// Gives this forum tags that its posts can have.
    pub fn has_tags(&self, names: &[&str]) {
        self.world.change(|state| {
            let tags: Vec<_> = names
                .iter()
                .map(|name| (state.next_id(), (*name).to_owned()))
                .collect();
            state.change_channel(self.id, |forum| forum.available_tags = tags);
        });
    }

    /// The author of this post gives it these tags of its forum.
    pub fn is_tagged(&self, names: &[&str]) {
        self.world.change(|state| {
            let tags = state.tags_of_forum(self.id);
            let chosen = tags
                .iter()
                .filter(|(_, name)| names.contains(&name.as_str()));
            let chosen = chosen.map(|(id, _)| *id).collect();
            state.change_channel(self.id, |post| post.applied_tags = chosen);
        });
    }

    /// The names of the tags of this post.
    pub fn tags(&self) -> Vec<String> {
        self.world.look().tags_of_post(self.id)
    }

    /// Waits until this post has these tags.
    pub async fn gets_tags(&self, names: &[&str]) {
        let has = |state: &mut State| (state.tags_of_post(self.id) == names).then_some(());
        let what = format!("the tags {names:?}");
        self.world.wait(super::ANSWER_LIMIT, &what, has).await;
    }

    /// A new public thread in this channel.
    pub async fn thread(&self, name: &str, owner: &Member) -> Channel {
        wait_for_bot(&self.world).await;
        let id = self.world.change(|state| {
            let id = state.next_id();
            state.add_thread(id, self.id, name, owner.id);
            id
        });
        Channel {
            world: Arc::clone(&self.world),
            id,
        }
    }

    /// A new post in this forum: first the thread, then its message of the same id.
    pub async fn post(&self, title: &str, text: &str, author: &Member) -> Post {
        wait_for_bot(&self.world).await;
        let message = self.world.change(|state| {
            let id = state.next_id();
            state.add_thread(id, self.id, title, author.id);
            state.say(id, id, author.id, text, None, false)
        });
        Post {
            thread: Channel {
                world: Arc::clone(&self.world),
                id: message.id,
            },
            message,
        }
    }

    /// Sends the bot this thread once more, as when it is added to it: without `newly_created`.
    pub fn announce_again(&self) {
        self.world.change(|state| {
            if let Some(channel) = state.channels.get(&self.id).cloned() {
                let payload = state.channel_json(&channel);
                state.tell_of_channel("THREAD_CREATE", &channel, &payload);
            }
        });
    }

    /// Locks and archives this thread.
    pub fn lock(&self) {
        self.world
            .change(|state| state.change_channel(self.id, |channel| channel.locked = true));
    }

    /// A message of a webhook.
    pub async fn webhook_says(&self, text: &str) -> Message {
        wait_for_bot(&self.world).await;
        self.world.change(|state| {
            let user = state.add_user("a webhook", true);
            let mut message = StoredMessage::new(state.next_id(), self.id, user);
            message.webhook = Some(user);
            state.put_text(&mut message, text, false);
            let snapshot = state.snapshot(&message);
            state.publish(message);
            snapshot
        })
    }

    /// A message that the bot sent before this test, with a body as for a request.
    pub fn bot_said_earlier(&self, body: &Value) -> Message {
        let bot = self.world.look().bot;
        self.said_earlier(bot, body)
    }

    /// A message that another bot sent before this test, with a body as for a request.
    pub fn other_bot_said_earlier(&self, author: &Member, body: &Value) -> Message {
        self.said_earlier(author.id, body)
    }

    fn said_earlier(&self, author: u64, body: &Value) -> Message {
        self.world.change(|state| {
            let mut message = StoredMessage::new(state.next_id(), self.id, author);
            let place = state.channels[&self.id].clone();
            let filled = super::limits::message(body, super::limits::Place::Channel);
            if let Err(refusal) = filled.and_then(|()| state.fill(&mut message, body, &place)) {
                panic!("Discord would not have taken this message: {refusal}");
            }
            message.set_mentions(state, &json!({}), false);
            let snapshot = state.snapshot(&message);
            state.messages.insert(message.id, message);
            snapshot
        })
    }
}

impl Member {
    pub(super) fn stranger(world: &Arc<World>, name: &str) -> Self {
        let id = world.change(|state| state.add_user(name, false));
        Self {
            world: Arc::clone(world),
            guild: None,
            id,
        }
    }

    /// Writes into a channel. `@bot` and `@name` become mentions.
    pub async fn says(&self, channel: &Channel, text: &str) -> Message {
        wait_for_bot(&self.world).await;
        self.world.change(|state| {
            let id = state.next_id();
            state.say(id, channel.id, self.id, text, None, false)
        })
    }

    /// Forwards a message with this text from elsewhere.
    pub async fn forwards(&self, channel: &Channel, text: &str) -> Message {
        wait_for_bot(&self.world).await;
        self.world.change(|state| {
            let mut message = StoredMessage::new(state.next_id(), channel.id, self.id);
            message.forwarded = Some(json!({
                "type": 0, "content": text, "embeds": [], "attachments": [], "components": [], "mentions": [],
                "mention_roles": [], "timestamp": "2026-11-23T12:00:00.000000+00:00", "edited_timestamp": null, "flags": 0,
            }));
            let snapshot = state.snapshot(&message);
            state.publish(message);
            snapshot
        })
    }

    /// Forwards a message as it is now.
    pub async fn forwards_message(&self, channel: &Channel, original: &Message) -> Message {
        wait_for_bot(&self.world).await;
        self.world.change(|state| {
            let original = state.message_json(&state.messages[&original.id]);
            let mut message = StoredMessage::new(state.next_id(), channel.id, self.id);
            message.forwarded = Some(original);
            let snapshot = state.snapshot(&message);
            state.publish(message);
            snapshot
        })
    }

    /// Opens a poll.
    pub async fn polls(&self, channel: &Channel, question: &str) -> Message {
        wait_for_bot(&self.world).await;
        self.world.change(|state| {
            let mut message = StoredMessage::new(state.next_id(), channel.id, self.id);
            message.poll = Some(question.to_owned());
            let snapshot = state.snapshot(&message);
            state.publish(message);
            snapshot
        })
    }

    /// Replies to a message, which mentions its author.
    pub async fn replies(&self, to: &Message, text: &str) -> Message {
        self.reply(to, text, true).await
    }

    /// Replies to a message with the ping switched off.
    pub async fn replies_without_ping(&self, to: &Message, text: &str) -> Message {
        self.reply(to, text, false).await
    }

    async fn reply(&self, to: &Message, text: &str, pings: bool) -> Message {
        wait_for_bot(&self.world).await;
        self.world.change(|state| {
            let id = state.next_id();
            state.say(id, to.channel, self.id, text, Some(to.id), pings)
        })
    }

    /// Writes to the bot in direct messages.
    pub async fn dms(&self, text: &str) -> Message {
        self.says(&self.dm(), text).await
    }

    /// The direct conversation with the bot.
    pub fn dm(&self) -> Channel {
        let id = self
            .world
            .change(|state| state.dm_channel(self.id, state.bot));
        Channel {
            world: Arc::clone(&self.world),
            id,
        }
    }

    /// The direct conversation with another person, where only a user-installed application can be used.
    pub fn dm_with(&self, other: &Member) -> Channel {
        let id = self
            .world
            .change(|state| state.dm_channel(self.id, other.id));
        Channel {
            world: Arc::clone(&self.world),
            id,
        }
    }

    /// From now on, the bot cannot write to this person directly.
    pub fn closes_dms(&self) {
        self.world.change(|state| {
            if let Some(user) = state.users.get_mut(&self.id) {
                user.accepts_dms = false;
            }
        });
    }

    /// Edits one of their messages.
    pub async fn edits(&self, message: &Message, text: &str) -> Message {
        self.edits_after(
            message,
            text,
            Duration::from_millis(now_ms().saturating_sub(super::world::ms_of(message.id))),
        )
        .await
    }

    /// Edits one of their messages this long after it was sent, according to its timestamps.
    pub async fn edits_after(&self, message: &Message, text: &str, after: Duration) -> Message {
        wait_for_bot(&self.world).await;
        let after = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        self.world.change(|state| {
            let mut stored = state.own(message.id, self.id);
            stored.edited_ms = Some(super::world::ms_of(message.id) + after);
            state.put_text(&mut stored, text, true);
            let snapshot = state.snapshot(&stored);
            state.republish(stored);
            snapshot
        })
    }

    /// Deletes a message: their own, or anyone's if they may manage messages.
    pub async fn deletes(&self, message: &Message) {
        wait_for_bot(&self.world).await;
        self.world.change(|state| {
            let stored = &state.messages[&message.id];
            let place = &state.channels[&stored.channel];
            let manages = state.permissions(self.id, place) & Permission::ManageMessages.bit() != 0;
            assert!(
                stored.author == self.id || manages,
                "{} may not delete this",
                state.name_of(self.id)
            );
            state.remove_message(message.id);
        });
    }

    fn does(&self, channel: Option<u64>, act: Act) -> Interaction {
        let channel = channel.unwrap_or_else(|| {
            self.world
                .change(|state| state.usual_channel(self.id, self.guild))
        });
        Interaction {
            world: Arc::clone(&self.world),
            user: self.id,
            channel,
            act,
        }
    }

    /// Uses a slash command; sub-commands are further words of the name.
    pub fn slash(&self, name: &str, options: &[(&str, &str)]) -> Interaction {
        let options = options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.does(
            None,
            Act::Slash {
                name: name.to_owned(),
                options,
                focused: None,
            },
        )
    }

    /// Types into an option of a slash command.
    pub fn autocompletes(&self, name: &str, option: &str, typed: &str) -> Autocomplete {
        let focused = Some((option.to_owned(), typed.to_owned()));
        Autocomplete(self.does(
            None,
            Act::Slash {
                name: name.to_owned(),
                options: Vec::new(),
                focused,
            },
        ))
    }

    /// Uses a message command on a message.
    pub fn uses_on_message(&self, name: &str, message: &Message) -> Interaction {
        self.does(
            Some(message.channel),
            Act::OnMessage {
                name: name.to_owned(),
                message: message.id,
            },
        )
    }

    /// Clicks the button with this label.
    #[track_caller]
    pub fn clicks(&self, message: &Message, label: &str) -> Interaction {
        let button = self.current(message).button(label).clone();
        assert!(
            button.url.is_empty(),
            "{label:?} is a link; a click on it does not reach the bot"
        );
        self.clicks_id(message, &button.custom_id)
    }

    /// Clicks the button with this `custom_id`.
    pub fn clicks_id(&self, message: &Message, custom_id: &str) -> Interaction {
        let custom_id = custom_id.to_owned();
        self.does(
            Some(message.channel),
            Act::Component {
                message: message.id,
                custom_id,
                value: None,
            },
        )
    }

    /// Selects an option of a menu; see [`Message::menu`] and [`Menu::option`](super::Menu::option) for the names.
    #[track_caller]
    pub fn selects(&self, message: &Message, menu: &str, option: &str) -> Interaction {
        let current = self.current(message);
        let menu = current.menu(menu);
        let value = Some(menu.option(option).value.clone());
        let custom_id = menu.custom_id.clone();
        self.does(
            Some(message.channel),
            Act::Component {
                message: message.id,
                custom_id,
                value,
            },
        )
    }

    /// Fills in a modal, by the labels of its inputs, and submits it.
    pub fn submits(&self, modal: &InteractionResponse, fields: &[(&str, &str)]) -> Interaction {
        self.does(None, modal.form(fields))
    }

    /// Submits a form that was never shown, with values by the ids of its inputs.
    pub fn submits_forged(&self, custom_id: &str, fields: &[(&str, &str)]) -> Interaction {
        let fields = fields.iter();
        let fields = fields.map(|(id, value)| ((*id).to_owned(), (*value).to_owned()));
        self.does(
            None,
            Act::Submit {
                custom_id: custom_id.to_owned(),
                fields: fields.collect(),
                message: None,
            },
        )
    }

    /// A message as it is now.
    #[track_caller]
    fn current(&self, message: &Message) -> Message {
        let state = self.world.look();
        let Some(stored) = state.messages.get(&message.id) else {
            panic!("the message is gone: {message}")
        };
        state.snapshot(stored)
    }
}

impl State {
    /// The tags of the forum of a post.
    fn tags_of_forum(&self, post: u64) -> Vec<(u64, String)> {
        let forum = self.channels.get(&post).and_then(|post| post.parent);
        let forum = forum.and_then(|forum| self.channels.get(&forum));
        forum.map_or_else(Vec::new, |forum| forum.available_tags.clone())
    }

    fn tags_of_post(&self, post: u64) -> Vec<String> {
        let applied = &self.channels[&post].applied_tags;
        let tags = self.tags_of_forum(post);
        let name = |id: &u64| tags.iter().find(|(known, _)| known == id);
        applied
            .iter()
            .filter_map(|id| Some(name(id)?.1.clone()))
            .collect()
    }

    fn add_thread(&mut self, id: u64, parent: u64, name: &str, owner: u64) {
        let guild = self.channels.get(&parent).and_then(|parent| parent.guild);
        let thread = model::Channel {
            guild,
            parent: Some(parent),
            owner: Some(owner),
            ..model::Channel::new(id, ChannelKind::Thread, name)
        };
        self.add_channel(thread);
    }

    pub(super) fn say(
        &mut self,
        id: u64,
        channel: u64,
        author: u64,
        text: &str,
        reply_to: Option<u64>,
        pings: bool,
    ) -> Message {
        let mut message = StoredMessage::new(id, channel, author);
        message.reply_to = reply_to;
        self.put_text(&mut message, text, pings);
        let snapshot = self.snapshot(&message);
        self.publish(message);
        snapshot
    }

    /// The text of a person, with names turned into mentions.
    fn put_text(&self, message: &mut StoredMessage, text: &str, pings_reply: bool) {
        let guild = self
            .channels
            .get(&message.channel)
            .and_then(|channel| channel.guild);
        let members = guild
            .and_then(|id| self.guilds.get(&id))
            .map(|guild| guild.members.keys());
        let mut names: Vec<_> = members
            .into_iter()
            .flatten()
            .map(|id| (self.name_of(*id), *id))
            .collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names.push(("bot".to_owned(), self.bot));
        message.content = text.to_owned();
        for (name, id) in names {
            message.content = message
                .content
                .replace(&format!("@{name}"), &format!("<@{id}>"));
        }
        let found = mentions::find(&message.content);
        message.addressed = found.users.contains(&self.bot);
        message.mentions = found
            .users
            .into_iter()
            .filter(|id| self.users.contains_key(id))
            .collect();
        let own_role = guild.and_then(|id| self.guilds.get(&id)).and_then(|guild| {
            guild
                .roles
                .values()
                .find(|role| role.of_bot == Some(self.bot))
        });
        message.addressed |= own_role.is_some_and(|role| found.roles.contains(&role.id));
        message.mention_roles = found.roles;
        message.mention_everyone = !found.everyone.is_empty();
        let target = message
            .reply_to
            .filter(|_| pings_reply)
            .and_then(|id| self.messages.get(&id));
        if let Some(target) = target {
            // A reply to an answer of an interaction mentions the bot and yet does not show it the text.
            message.addressed |= target.author == self.bot && target.interaction.is_none();
            if !message.mentions.contains(&target.author) {
                message.mentions.push(target.author);
            }
        }
    }

    fn own(&self, message: u64, author: u64) -> StoredMessage {
        let stored = self
            .messages
            .get(&message)
            .filter(|stored| stored.author == author);
        stored
            .cloned()
            .unwrap_or_else(|| panic!("{} has no such message", self.name_of(author)))
    }
}
