//! The commands that the bot registers, for all guilds and for one.

use serde_json::{Map, Value, json};

use super::super::limits;
use super::super::message::list;
use super::super::world::State;
use super::{Answer, Refusal, Reply, missing_access};

impl State {
    fn scope(&self, guild: Option<u64>) -> Result<Value, Refusal> {
        match guild {
            Some(id)
                if !self
                    .guilds
                    .get(&id)
                    .is_some_and(|guild| guild.members.contains_key(&self.bot)) =>
            {
                Err(missing_access())
            }
            Some(id) => Ok(id.to_string().into()),
            None => Ok(Value::Null),
        }
    }

    fn commands_in(&self, scope: &Value) -> impl Iterator<Item = (u64, &Value)> {
        let commands = self.commands.iter().map(|(id, command)| (*id, command));
        commands.filter(move |(_, command)| command["guild_id"] == *scope)
    }

    pub(super) fn list_commands(&self, guild: Option<u64>, query: &str) -> Answer {
        let scope = self.scope(guild)?;
        let localized = query
            .split('&')
            .any(|pair| pair == "with_localizations=true");
        let shown = self.commands_in(&scope).map(|(_, command)| {
            let mut command = command.clone();
            if !localized {
                hide_localizations(&mut command);
            }
            command
        });
        Ok(Reply::ok(shown.collect()))
    }

    pub(super) fn set_commands(&mut self, guild: Option<u64>, body: &Value) -> Answer {
        let scope = self.scope(guild)?;
        limits::commands(body)?;
        let before: Vec<_> = self
            .commands_in(&scope)
            .map(|(id, command)| (id, command.clone()))
            .collect();
        self.commands
            .retain(|_, command| command["guild_id"] != scope);
        let set: Vec<_> = list(body)
            .iter()
            .map(|form| {
                let same = before.iter().find(|(_, command)| is_same(command, form));
                self.store_command(form, &scope, same)
            })
            .collect();
        Ok(Reply::ok(set.into()))
    }

    pub(super) fn create_command(&mut self, guild: Option<u64>, body: &Value) -> Answer {
        let scope = self.scope(guild)?;
        let same = self
            .commands_in(&scope)
            .find(|(_, command)| is_same(command, body));
        let same = same.map(|(id, command)| (id, command.clone()));
        let others = self
            .commands_in(&scope)
            .filter(|(_, command)| !is_same(command, body));
        let all: Vec<_> = others
            .map(|(_, command)| command.clone())
            .chain([body.clone()])
            .collect();
        limits::commands(&all.into())?;
        let status = if same.is_some() { 200 } else { 201 };
        Ok(Reply::json(
            status,
            self.store_command(body, &scope, same.as_ref()),
        ))
    }

    fn known_command(&self, guild: Option<u64>, id: u64) -> Result<(Value, Value), Refusal> {
        let scope = self.scope(guild)?;
        let command = self
            .commands
            .get(&id)
            .filter(|command| command["guild_id"] == scope);
        let command =
            command.ok_or_else(|| Refusal::new(404, 10063, "Unknown application command"))?;
        Ok((scope, command.clone()))
    }

    pub(super) fn get_command(&self, guild: Option<u64>, id: u64) -> Answer {
        Ok(Reply::ok(self.known_command(guild, id)?.1))
    }

    pub(super) fn edit_command(&mut self, guild: Option<u64>, id: u64, body: &Value) -> Answer {
        let (scope, before) = self.known_command(guild, id)?;
        let mut form = before.clone();
        for (key, value) in body.as_object().into_iter().flatten() {
            form[key] = value.clone();
        }
        let others = self.commands_in(&scope).filter(|(other, _)| *other != id);
        let all: Vec<_> = others
            .map(|(_, command)| command.clone())
            .chain([form.clone()])
            .collect();
        limits::commands(&all.into())?;
        Ok(Reply::ok(self.store_command(
            &form,
            &scope,
            Some(&(id, before)),
        )))
    }

    pub(super) fn delete_command(&mut self, guild: Option<u64>, id: u64) -> Answer {
        self.known_command(guild, id)?;
        self.commands.remove(&id);
        Ok(Reply::nothing())
    }

    /// Stores a command as Discord would show it; an unchanged one keeps its version.
    fn store_command(
        &mut self,
        form: &Value,
        scope: &Value,
        before: Option<&(u64, Value)>,
    ) -> Value {
        let id = before.map_or_else(|| self.next_id(), |(id, _)| *id);
        let or = |key: &str, default: Value| {
            form.get(key)
                .filter(|value| !value.is_null())
                .cloned()
                .unwrap_or(default)
        };
        let localizations = |key: &str| or(key, Value::Null);
        let mut command = json!({
            "id": id.to_string(), "application_id": self.application.to_string(), "type": or("type", json!(1)),
            "name": form["name"], "description": or("description", json!("")), "nsfw": or("nsfw", json!(false)),
            "name_localizations": localizations("name_localizations"),
            "description_localizations": localizations("description_localizations"),
            "default_member_permissions": or("default_member_permissions", Value::Null),
            "integration_types": or("integration_types", json!([0])), "contexts": or("contexts", Value::Null),
            "dm_permission": scope.is_null() && or("dm_permission", json!(true)) == true,
        });
        let options: Vec<_> = list(&form["options"]).iter().map(tidy_option).collect();
        if !options.is_empty() {
            command["options"] = options.into();
        }
        if !scope.is_null() {
            command["guild_id"] = scope.clone();
        }
        let version = before.map(|(_, before)| before["version"].clone());
        command["version"] = version.clone().unwrap_or_default();
        if before.is_none_or(|(_, before)| *before != command) {
            command["version"] = self.next_id().to_string().into();
        }
        self.commands.insert(id, command.clone());
        command
    }
}

fn is_same(command: &Value, form: &Value) -> bool {
    let kind = |command: &Value| command["type"].as_u64().unwrap_or(1);
    command["name"] == form["name"] && kind(command) == kind(form)
}

fn hide_localizations(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| key != "name_localizations" && key != "description_localizations");
            map.values_mut().for_each(hide_localizations);
        }
        Value::Array(items) => items.iter_mut().for_each(hide_localizations),
        _ => {}
    }
}

/// Leaves out empty fields, as Discord does.
fn tidy_option(option: &Value) -> Value {
    let says_something = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    };
    let mut tidy = Map::new();
    for (key, value) in option
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| says_something(value))
    {
        let value = match key.as_str() {
            "options" => list(value).iter().map(tidy_option).collect(),
            _ => value.clone(),
        };
        tidy.insert(key.clone(), value);
    }
    Value::Object(tidy)
}
