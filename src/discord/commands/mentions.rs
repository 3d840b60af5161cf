//! Commands as clickable mentions: `</ask:id>`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::discord::rest::RegisteredCommand;

/// The ids of the commands, once Discord has assigned them.
#[derive(Debug, Default)]
pub(in crate::discord) struct CommandMentions(OnceLock<HashMap<String, u64>>);

impl CommandMentions {
    /// Records the ids of the registered commands.
    pub(in crate::discord) fn note(&self, commands: &[RegisteredCommand]) {
        let ids = commands
            .iter()
            .map(|command| (command.name.clone(), command.id.get()));
        let _ = self.0.set(ids.collect());
    }

    /// The text with every command in it, such as `` `/ask` `` or `` `/guide gaps` ``, made clickable.
    pub(in crate::discord) fn put_into(&self, text: &str) -> String {
        let Some(ids) = self.0.get() else {
            return text.to_owned();
        };
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("`/") {
            out.push_str(before);
            rest = after;
            let is_word = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | ' ');
            let command = after
                .split_once('`')
                .filter(|(name, _)| name.chars().all(is_word));
            let id = command.and_then(|(name, _)| ids.get(name.split(' ').next()?));
            match (command, id) {
                (Some((name, after)), Some(id)) => {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "</{name}:{id}>");
                    rest = after;
                }
                _ => out.push_str("`/"),
            }
        }
        out + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_commands_are_clickable() {
        let mentions = CommandMentions::default();
        assert_eq!(mentions.put_into("use `/ask`"), "use `/ask`");
        let command = |name: &str, id| RegisteredCommand {
            name: name.to_owned(),
            id: serenity::all::CommandId::new(id),
        };
        mentions.note(&[command("ask", 7), command("guide", 8)]);
        assert_eq!(
            mentions.put_into("use `/ask`, see `/guide gaps`: `/v1/users`, `/other`, `/ask\\`"),
            "use </ask:7>, see </guide gaps:8>: `/v1/users`, `/other`, `/ask\\`"
        );
    }
}
