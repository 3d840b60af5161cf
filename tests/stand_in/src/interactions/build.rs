//! From what a person does to the payload of `INTERACTION_CREATE`, refusing what Discord would not let them do.

use std::time::Instant;

use serde_json::{Value, json};

use super::super::message::{list, text};
use super::super::model::{Channel, ChannelKind, EPHEMERAL};
use super::super::permissions::Permission;
use super::super::world::State;
use super::{Act, StoredInteraction};

type Built<T> = Result<T, String>;

/// Where something happens: 0 guild, 1 direct messages with the bot, 2 private conversation of others.
fn context(state: &State, channel: &Channel) -> u64 {
    match channel.guild {
        Some(_) => 0,
        None if channel.recipients.contains(&state.bot) => 1,
        None => 2,
    }
}

/// The parts of a payload that depend on what was done.
struct Parts {
    kind: u64,
    data: Value,
    message: Option<u64>,
    focused_type: u64,
    /// Where the application is installed for this command: 0 guild, 1 user.
    integration_types: Vec<u64>,
}

impl State {
    /// Starts an interaction and tells the bot; its id.
    pub fn interact(
        &mut self,
        user: u64,
        channel: u64,
        act: &Act,
        token: &str,
        dead: bool,
    ) -> Built<u64> {
        let channel = self
            .channels
            .get(&channel)
            .cloned()
            .ok_or("there is no such channel")?;
        let parts = self.parts(user, &channel, act)?;
        let id = self.next_id();
        let has_bot = self.bot_is_in(&channel);
        let by_guild = parts.integration_types.contains(&0) && (has_bot || channel.guild.is_none());
        let mut owners = json!({});
        if by_guild && context(self, &channel) != 2 {
            owners["0"] = channel
                .guild
                .map_or("0".to_owned(), |id| id.to_string())
                .into();
        }
        if parts.integration_types.contains(&1) && channel.guild.is_none_or(|_| !by_guild) {
            owners["1"] = user.to_string().into();
        }
        let mut payload = json!({
            "id": id.to_string(), "application_id": self.application.to_string(), "type": parts.kind, "token": token,
            "version": 1, "data": parts.data, "channel_id": channel.id.to_string(),
            "channel": self.channel_json(&channel), "locale": "en-US", "entitlements": [],
            "app_permissions": self.permissions(self.bot, &channel).to_string(), "context": context(self, &channel),
            "authorizing_integration_owners": owners, "attachment_size_limit": 10_485_760,
        });
        if let Some(guild) = channel.guild.and_then(|id| self.guilds.get(&id)) {
            payload["guild_id"] = guild.id.to_string().into();
            payload["guild_locale"] = "en-US".into();
            payload["guild"] =
                json!({"id": guild.id.to_string(), "locale": "en-US", "features": []});
            payload["member"] = self.full_member_json(guild, user);
            payload["member"]["permissions"] = self.permissions(user, &channel).to_string().into();
        } else {
            payload["user"] = self.user_json(user);
        }
        if let Some(message) = parts.message.and_then(|id| self.messages.get(&id)) {
            payload["message"] = self.message_for_bot(message, true);
        }
        let settings = &self.settings;
        let interaction = StoredInteraction {
            id,
            kind: parts.kind,
            user,
            channel: channel.id,
            message: parts.message,
            focused_type: parts.focused_type,
            only_user_installed: owners.get("0").is_none(),
            created: Instant::now(),
            first_response: settings.first_response,
            token_life: settings.token_life,
            dead,
            answered: None,
            followups: Vec::new(),
            tried: false,
        };
        self.interactions.insert(token.to_owned(), interaction);
        self.dispatch(
            "INTERACTION_CREATE",
            channel.guild.filter(|_| has_bot),
            0,
            &payload,
        );
        Ok(id)
    }

    fn bot_is_in(&self, channel: &Channel) -> bool {
        let guild = channel.guild.and_then(|id| self.guilds.get(&id));
        guild.is_some_and(|guild| guild.members.contains_key(&self.bot))
    }

    fn parts(&self, user: u64, channel: &Channel, act: &Act) -> Built<Parts> {
        if channel.locked {
            return Err("applications cannot be used in an archived thread".to_owned());
        }
        match act {
            Act::Slash {
                name,
                options,
                focused,
            } => self.slash(user, channel, name, options, focused.as_ref()),
            Act::OnMessage { name, message } => self.on_message(user, channel, name, *message),
            Act::Component {
                message,
                custom_id,
                value,
            } => self.component(user, *message, custom_id, value.as_ref()),
            Act::Submit {
                custom_id,
                fields,
                message,
            } => {
                let row = |(id, value): &(String, String)| json!({"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": id, "value": value}});
                let rows: Vec<_> = fields.iter().map(row).collect();
                let data = json!({"custom_id": custom_id, "components": rows});
                Ok(Parts {
                    kind: 5,
                    data,
                    message: *message,
                    focused_type: 0,
                    integration_types: vec![0],
                })
            }
        }
    }

    /// The command that a person finds under this name here.
    fn find_command(&self, user: u64, channel: &Channel, name: &str, kind: u64) -> Built<&Value> {
        let guild = channel.guild.map(|id| id.to_string());
        let named = |command: &&Value| command["name"] == name && command["type"] == kind;
        let own = self
            .commands
            .values()
            .filter(named)
            .find(|command| guild.as_deref() == command["guild_id"].as_str());
        let global = || {
            self.commands
                .values()
                .filter(named)
                .find(|command| command["guild_id"].is_null())
        };
        let command = own.or_else(global).ok_or_else(|| {
            let names: Vec<_> = self
                .commands
                .values()
                .map(|command| text(&command["name"]))
                .collect();
            format!("the bot has no command {name:?} of type {kind}; it has {names:?}")
        })?;
        let context = context(self, channel);
        let types = list(&command["integration_types"]);
        let contexts = &command["contexts"];
        if contexts.is_array() && !list(contexts).contains(&json!(context)) {
            return Err(format!(
                "{name:?} is not offered in context {context}, only in {contexts}"
            ));
        }
        if context == 1 && contexts.is_null() && command["dm_permission"] == false {
            return Err(format!("{name:?} is not offered in direct messages"));
        }
        let needs_user_install = context == 2 || context == 0 && !self.bot_is_in(channel);
        if needs_user_install && !types.contains(&json!(1)) {
            return Err(format!(
                "{name:?} is not for a user-installed application, and the bot is not here"
            ));
        }
        let needed = command["default_member_permissions"]
            .as_str()
            .and_then(|bits| bits.parse::<u64>().ok());
        if let Some(needed) = needed.filter(|_| context == 0 && !self.is_open(channel, name)) {
            let has = self.permissions(user, channel);
            let allowed = if needed == 0 {
                has & Permission::Administrator.bit() != 0
            } else {
                has & needed == needed
            };
            if !allowed {
                return Err(format!(
                    "{name:?} is not shown to a member without the permissions {needed}"
                ));
            }
        }
        Ok(command)
    }

    /// Whether an administrator has opened a command to all members here, whatever permissions the bot asks for.
    fn is_open(&self, channel: &Channel, name: &str) -> bool {
        let guild = channel.guild.and_then(|id| self.guilds.get(&id));
        guild.is_some_and(|guild| guild.open_commands.contains(name))
    }

    fn slash(
        &self,
        user: u64,
        channel: &Channel,
        name: &str,
        options: &[(String, String)],
        focused: Option<&(String, String)>,
    ) -> Built<Parts> {
        let mut words = name.split_whitespace();
        let command = self.find_command(user, channel, words.next().unwrap_or_default(), 1)?;
        let mut level = command;
        let mut path = Vec::new();
        for word in words {
            let subs = list(&level["options"]).iter();
            level = subs
                .into_iter()
                .find(|sub| sub["name"] == word)
                .ok_or_else(|| format!("/{name} does not exist"))?;
            path.push((word, &level["type"]));
        }
        let known = list(&level["options"]);
        if known
            .iter()
            .any(|option| option["type"] == 1 || option["type"] == 2)
        {
            return Err(format!("/{name} has sub-commands; name one of them"));
        }
        let mut resolved = json!({});
        let mut focused_type = 0;
        let mut given = Vec::new();
        for (key, value) in options {
            let option = known.iter().find(|option| option["name"] == **key);
            let option = option.ok_or_else(|| format!("/{name} has no option {key:?}"))?;
            let value = self.option_value(channel, option, value, &mut resolved)?;
            given.push(json!({"name": key, "type": option["type"], "value": value}));
        }
        if let Some((key, value)) = focused {
            let option = known
                .iter()
                .find(|option| option["name"] == **key && option["autocomplete"] == true);
            let option =
                option.ok_or_else(|| format!("/{name} has no option {key:?} with autocomplete"))?;
            focused_type = option["type"].as_u64().unwrap_or_default();
            given.push(json!({"name": key, "type": focused_type, "value": value, "focused": true}));
        } else {
            let is_given =
                |option: &&Value| given.iter().any(|given| given["name"] == option["name"]);
            if let Some(missing) = known
                .iter()
                .find(|option| option["required"] == true && !is_given(option))
            {
                return Err(format!("/{name} needs the option {}", missing["name"]));
            }
        }
        for (word, kind) in path.into_iter().rev() {
            given = vec![json!({"name": word, "type": kind, "options": given})];
        }
        let mut data = command_data(command);
        data["options"] = given.into();
        if resolved != json!({}) {
            data["resolved"] = resolved;
        }
        let kind = if focused.is_some() { 4 } else { 2 };
        Ok(Parts {
            kind,
            data,
            message: None,
            focused_type,
            integration_types: integration_types(command),
        })
    }

    fn option_value(
        &self,
        place: &Channel,
        option: &Value,
        given: &str,
        resolved: &mut Value,
    ) -> Built<Value> {
        let name = &option["name"];
        let choices = list(&option["choices"]);
        if !choices.is_empty() {
            let chosen = choices
                .iter()
                .find(|choice| choice["name"] == given || choice["value"] == given);
            let chosen = chosen.ok_or_else(|| format!("{name} has no choice {given:?}"))?;
            return Ok(chosen["value"].clone());
        }
        let wrong = || format!("{given:?} is no value for {name} (type {})", option["type"]);
        match option["type"].as_u64() {
            Some(3) => {
                let length = given.chars().count() as u64;
                let bound = |key: &str, default| option[key].as_u64().unwrap_or(default);
                let fits = (bound("min_length", 0)..=bound("max_length", 6000)).contains(&length);
                if fits { Ok(given.into()) } else { Err(wrong()) }
            }
            Some(4) => {
                let number = given.parse::<i64>().map_err(|_| wrong())?;
                let bound = |key: &str, default| option[key].as_i64().unwrap_or(default);
                let fits =
                    (bound("min_value", i64::MIN)..=bound("max_value", i64::MAX)).contains(&number);
                if fits {
                    Ok(number.into())
                } else {
                    Err(wrong())
                }
            }
            Some(5) => given.parse::<bool>().map(Value::from).map_err(|_| wrong()),
            Some(10) => given.parse::<f64>().map(Value::from).map_err(|_| wrong()),
            Some(6) => {
                let user = self
                    .users
                    .values()
                    .find(|user| user.name == given.trim_start_matches('@'));
                let user = user.ok_or_else(wrong)?;
                resolved["users"][user.id.to_string()] = user.json();
                Ok(user.id.to_string().into())
            }
            Some(7) => {
                let types = list(&option["channel_types"]);
                let offered = |channel: &&Channel| {
                    channel.guild == place.guild
                        && (types.is_empty() || types.contains(&json!(channel.kind as u8)))
                };
                let mut named = self
                    .channels
                    .values()
                    .filter(|channel| channel.name == given.trim_start_matches('#'));
                let channel = named.find(offered).ok_or_else(wrong)?;
                let mut partial = self.channel_json(channel);
                partial["permissions"] = "0".into();
                partial["app_permissions"] = self.permissions(self.bot, channel).to_string().into();
                resolved["channels"][channel.id.to_string()] = partial;
                Ok(channel.id.to_string().into())
            }
            _ => Err(wrong()),
        }
    }

    fn on_message(&self, user: u64, channel: &Channel, name: &str, message: u64) -> Built<Parts> {
        let command = self.find_command(user, channel, name, 3)?;
        let target = self.messages.get(&message).ok_or("the message is gone")?;
        let mut data = command_data(command);
        data["target_id"] = message.to_string().into();
        data["resolved"]["messages"][message.to_string()] = self.message_for_bot(target, true);
        Ok(Parts {
            kind: 2,
            data,
            message: None,
            focused_type: 0,
            integration_types: integration_types(command),
        })
    }

    fn component(
        &self,
        user: u64,
        message: u64,
        custom_id: &str,
        value: Option<&String>,
    ) -> Built<Parts> {
        let stored = self.messages.get(&message).ok_or("the message is gone")?;
        if stored.flags & EPHEMERAL != 0
            && stored
                .interaction
                .is_some_and(|(_, _, owner)| owner != user)
        {
            return Err("only the person whom a private message answers can see it".to_owned());
        }
        let component = with_id(&stored.components, custom_id);
        let component = component
            .ok_or_else(|| format!("the message has nothing with the id {custom_id:?} any more"))?;
        if component["disabled"] == true {
            return Err(format!("{custom_id:?} is disabled"));
        }
        let mut data = json!({"custom_id": custom_id, "component_type": component["type"]});
        if let Some(value) = value {
            data["values"] = json!([value]);
        }
        Ok(Parts {
            kind: 3,
            data,
            message: Some(message),
            focused_type: 0,
            integration_types: vec![0, 1],
        })
    }

    /// The first text channel of a user's guild, or else the direct messages with the bot.
    pub fn usual_channel(&mut self, user: u64, guild: Option<u64>) -> u64 {
        let is_usual =
            |channel: &&Channel| channel.kind == ChannelKind::Text && channel.guild == guild;
        let first = self
            .channels
            .values()
            .find(is_usual)
            .filter(|_| guild.is_some())
            .map(|channel| channel.id);
        first.unwrap_or_else(|| self.dm_channel(user, self.bot))
    }
}

fn command_data(command: &Value) -> Value {
    let mut data = json!({"id": command["id"], "name": command["name"], "type": command["type"]});
    if !command["guild_id"].is_null() {
        data["guild_id"] = command["guild_id"].clone();
    }
    data
}

fn integration_types(command: &Value) -> Vec<u64> {
    list(&command["integration_types"])
        .iter()
        .filter_map(Value::as_u64)
        .collect()
}

/// The button or menu of this id, however it is nested.
fn with_id<'a>(components: &'a [Value], custom_id: &str) -> Option<&'a Value> {
    components.iter().find_map(|part| {
        if part["custom_id"] == custom_id {
            return Some(part);
        }
        let beside = Some(&part["accessory"]).filter(|button| button["custom_id"] == custom_id);
        beside.or_else(|| with_id(list(&part["components"]), custom_id))
    })
}
