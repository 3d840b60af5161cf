//! Commands as clickable mentions: `</ask:id>`.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::discord::rest::RegisteredCommand;

/// Begins and ends a block of code.
const CODE_BLOCK: &str = "```";

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

    /// The text with every command in it, such as `` `/ask` `` or `` `/guide gaps` ``, made clickable, as long as there is room for
    /// the characters that this adds. A code block is there to be copied, so it stays as it is.
    pub(in crate::discord) fn put_into(&self, text: &str, room: &mut usize) -> String {
        let Some(ids) = self.0.get() else {
            return text.to_owned();
        };
        let mut out = String::with_capacity(text.len());
        for (number, part) in text.split(CODE_BLOCK).enumerate() {
            if number > 0 {
                out.push_str(CODE_BLOCK);
            }
            if number % 2 == 0 {
                add_clickable(ids, part, room, &mut out);
            } else {
                out.push_str(part);
            }
        }
        out
    }
}

/// Adds a text without code blocks.
fn add_clickable(ids: &HashMap<String, u64>, text: &str, room: &mut usize, out: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("`/") {
        out.push_str(before);
        rest = after;
        let is_word = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | ' ');
        let command = after
            .split_once('`')
            .filter(|(name, _)| name.chars().all(is_word));
        let mention = command.and_then(|(name, after)| {
            let mention = format!("</{name}:{}>", ids.get(name.split(' ').next()?)?);
            let left = room.checked_sub(mention.len() - name.len() - "`/`".len())?;
            Some((mention, after, left))
        });
        match mention {
            Some((mention, after, left)) => {
                out.push_str(&mention);
                (rest, *room) = (after, left);
            }
            None => out.push_str("`/"),
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask_and_guide() -> CommandMentions {
        let mentions = CommandMentions::default();
        let command = |name: &str, id| RegisteredCommand {
            name: name.to_owned(),
            id: serenity::all::CommandId::new(id),
        };
        mentions.note(&[command("ask", 7), command("guide", 8)]);
        mentions
    }

    #[test]
    fn known_commands_are_clickable() {
        let text = "use `/ask`, see `/guide gaps`: `/v1/users`, `/other`, `/ask\\`";
        let unknown = CommandMentions::default();
        assert_eq!(unknown.put_into(text, &mut 99), text);
        assert_eq!(
            ask_and_guide().put_into(text, &mut 99),
            "use </ask:7>, see </guide gaps:8>: `/v1/users`, `/other`, `/ask\\`"
        );
    }

    #[test]
    fn commands_in_a_block_of_code_stay_as_they_were_written() {
        let text = "use `/ask`\n```\nuse `/ask`\n```\nor `/guide`";
        assert_eq!(
            ask_and_guide().put_into(text, &mut 99),
            "use </ask:7>\n```\nuse `/ask`\n```\nor </guide:8>"
        );
    }

    #[test]
    fn no_more_commands_are_clickable_than_there_is_room_for() {
        let mut room = 5;
        let text = "`/ask` `/ask` `/guide`";
        let shown = ask_and_guide().put_into(text, &mut room);
        assert_eq!(shown, "</ask:7> </ask:7> `/guide`");
        assert_eq!(room, 1);
    }
}
