//! The commands, each defined once: its name, its definition for Discord, and what it does.

pub(super) mod definition;

mod answer_message;
mod ask;
mod forget_me;
mod guide;
mod help;
pub(super) mod mentions;
mod privacy;
mod resources;
mod teach_message;
mod topics;

use definition::{CommandDefinition, Execution};

/// Every command, in the order in which `/help` names them.
pub(super) const ALL: &[CommandDefinition] = &[
    ask::COMMAND,
    resources::COMMAND,
    topics::COMMAND,
    help::COMMAND,
    privacy::COMMAND,
    forget_me::COMMAND,
    guide::COMMAND,
    answer_message::COMMAND,
    teach_message::COMMAND,
];

/// The command of this name and kind.
pub(super) fn find(name: &str, kind: u8) -> Option<&'static CommandDefinition> {
    ALL.iter()
        .find(|command| command.name == name && u8::from(command.kind) == kind)
}

/// Whether a command may wait for the store or for files.
pub(super) fn is_slow(name: &str, kind: u8) -> bool {
    find(name, kind).is_some_and(|command| matches!(command.run, Execution::Slow(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply;

    #[test]
    fn no_two_commands_have_the_same_name() {
        for (number, command) in ALL.iter().enumerate() {
            let (name, kind) = (command.name, u8::from(command.kind));
            let same =
                |other: &CommandDefinition| other.name == name && u8::from(other.kind) == kind;
            assert_eq!(ALL.iter().position(same), Some(number), "{name}");
            assert_eq!(find(name, kind).map(|found| found.name), Some(name));
        }
    }

    #[test]
    fn help_names_every_command() {
        let knowledge = crate::knowledge::load(
            std::path::Path::new("knowledge"),
            jiff::civil::date(2026, 11, 23),
        )
        .unwrap();
        let help = reply::help(&knowledge);
        let text = format!("{} {}", help.body, help.footer);
        for command in ALL.iter().filter(|command| command.name != "help") {
            assert!(
                text.contains(command.name),
                "/help does not name {}",
                command.name
            );
        }
    }
}
