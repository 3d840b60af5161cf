//! Telling Discord about the commands, only when something changed: it allows 200 changes a day.

use serde_json::{Map, Value};
use serenity::all::GuildId;

use super::commands;
use super::rest::{Rest, RestError};

/// What Discord tells about a command that a bot chooses.
const KEYS: &[&str] = &[
    "type",
    "name",
    "description",
    "options",
    "required",
    "autocomplete",
    "choices",
    "value",
    "contexts",
    "integration_types",
    "default_member_permissions",
    "nsfw",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "channel_types",
];
/// What only commands of all guilds have.
const GLOBAL_KEYS: &[&str] = &["contexts", "integration_types"];

/// Makes Discord's commands, of all guilds or of one, those that the bot has. Whether anything changed.
///
/// # Errors
/// Where Discord refuses them.
pub(super) async fn register(rest: &Rest, guild: Option<GuildId>) -> Result<bool, RestError> {
    let wanted = definitions(guild.is_some())?;
    if same(&wanted, &rest.commands(guild).await?) {
        return Ok(false);
    }
    rest.set_commands(guild, &wanted).await?;
    Ok(true)
}

fn definitions(of_guild: bool) -> Result<Vec<Value>, RestError> {
    let definition = |command: &commands::Command| {
        let mut value = serde_json::to_value(command.definition())
            .map_err(|error| RestError::Unreachable(error.to_string()))?;
        if let Some(command) = value.as_object_mut().filter(|_| of_guild) {
            command.retain(|key, _| !GLOBAL_KEYS.contains(&key.as_str()));
        }
        Ok(value)
    };
    commands::ALL.iter().map(definition).collect()
}

/// Whether two lists of commands are the same but for their order and for what Discord adds.
fn same(wanted: &[Value], known: &[Value]) -> bool {
    let essence = |commands: &[Value]| {
        let mut essence: Vec<String> = commands
            .iter()
            .filter_map(essence)
            .map(|command| command.to_string())
            .collect();
        essence.sort();
        essence
    };
    essence(wanted) == essence(known)
}

/// A value without what Discord adds and without what means nothing; nothing if nothing is left.
fn essence(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(Value::Array(items.iter().filter_map(essence).collect())),
        Value::Object(object) => {
            let parts = object
                .iter()
                .filter(|(key, _)| KEYS.contains(&key.as_str()));
            let parts: Map<String, Value> = parts
                .filter_map(|(key, value)| Some((key.clone(), essence(value)?)))
                .collect();
            Some(Value::Object(parts))
        }
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_discord_adds_is_no_change() {
        let wanted = definitions(false).unwrap();
        let mut known = wanted.clone();
        known.reverse();
        for command in &mut known {
            let command = command.as_object_mut().unwrap();
            for (key, value) in [
                ("id", json!("1")),
                ("version", json!("2")),
                ("dm_permission", json!(true)),
                ("nsfw", json!(false)),
            ] {
                command.insert(key.to_owned(), value);
            }
            command.entry("description").or_insert(json!(""));
            command.insert("name_localizations".to_owned(), Value::Null);
        }
        assert!(same(&wanted, &known));
        known[0]["description"] = json!("another");
        assert!(!same(&wanted, &known));
        assert!(!same(&wanted, &known[1..]));
    }

    #[test]
    fn commands_of_one_guild_have_no_contexts() {
        assert!(
            definitions(true)
                .unwrap()
                .iter()
                .all(|command| command.get("contexts").is_none())
        );
    }
}
