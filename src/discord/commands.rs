//! The commands, each defined once: its name, what Discord is told about it, and what it does.

use std::pin::Pin;

use serenity::all::{
    CommandInteraction, CommandOptionType, CommandType, CreateCommand, CreateCommandOption,
    InstallationContext, InteractionContext, MessageId, ResolvedTarget,
};

use crate::answer::{self, Outcome};
use crate::knowledge::{Cost, Kind, Level};
use crate::reply::{self, Filter, Privacy, Reply, Target};
use crate::search::Question;
use crate::stats::Way;

use super::Bot;
use super::moderation;

/// A command.
pub(super) struct Command {
    /// What people pick.
    pub name: &'static str,
    /// A slash command, or one of the menu of a message.
    pub kind: CommandType,
    /// What Discord is told besides.
    define: fn(CreateCommand) -> CreateCommand,
    /// What it does.
    pub run: Run,
    /// What is offered while somebody types into one of its options: labels and values.
    pub complete: fn(&Bot, option: &str, typed: &str) -> Vec<(String, String)>,
}

/// What a command does.
#[derive(Clone, Copy)]
pub(super) enum Run {
    /// Answers without waiting for anything.
    Now(fn(&Bot, &CommandInteraction) -> Said),
    /// Waits, perhaps longer than Discord does. The answer is private always: Discord wants to know that before it is there.
    Later(for<'a> fn(&'a Bot, &'a CommandInteraction) -> Pending<'a>),
}

/// An answer that is waited for.
pub(super) type Pending<'a> = Pin<Box<dyn Future<Output = Said> + Send + 'a>>;

/// The answer to a command.
pub(super) struct Said {
    /// What is shown.
    pub reply: Reply,
    /// Whether only the person who used the command sees it.
    pub private: bool,
    /// The question, where others should see what is answered.
    pub question: Option<String>,
}

/// Every command, in the order in which `/help` speaks of them.
pub(super) const ALL: &[Command] = &[
    Command {
        name: "ask",
        kind: CommandType::ChatInput,
        define: define_ask,
        run: Run::Now(ask),
        complete: complete_ask,
    },
    Command {
        name: "resources",
        kind: CommandType::ChatInput,
        define: define_resources,
        run: Run::Now(resources),
        complete: complete_resources,
    },
    Command {
        name: "topics",
        kind: CommandType::ChatInput,
        define: define_topics,
        run: Run::Now(topics),
        complete: complete_nothing,
    },
    Command {
        name: "help",
        kind: CommandType::ChatInput,
        define: define_help,
        run: Run::Now(help),
        complete: complete_nothing,
    },
    Command {
        name: "privacy",
        kind: CommandType::ChatInput,
        define: define_privacy,
        run: Run::Now(privacy),
        complete: complete_nothing,
    },
    Command {
        name: "forget-me",
        kind: CommandType::ChatInput,
        define: define_forget_me,
        run: Run::Later(forget_me),
        complete: complete_nothing,
    },
    Command {
        name: "guide",
        kind: CommandType::ChatInput,
        define: moderation::define,
        run: Run::Later(moderation::run),
        complete: complete_nothing,
    },
    Command {
        name: "Answer from the guide",
        kind: CommandType::Message,
        define: everywhere,
        run: Run::Now(answer_message),
        complete: complete_nothing,
    },
];

/// The command of this name and kind.
pub(super) fn find(name: &str, kind: CommandType) -> Option<&'static Command> {
    ALL.iter()
        .find(|command| command.name == name && command.kind == kind)
}

impl Command {
    /// What Discord is told.
    pub(super) fn definition(&self) -> CreateCommand {
        (self.define)(CreateCommand::new(self.name).kind(self.kind))
    }
}

impl Said {
    /// For the person alone who used the command.
    pub(super) fn privately(reply: Reply) -> Self {
        Self {
            reply,
            private: true,
            question: None,
        }
    }
}

fn define_ask(command: CreateCommand) -> CreateCommand {
    let question = CreateCommandOption::new(
        CommandOptionType::String,
        "question",
        "What you want to know, in your own words",
    );
    let private = CreateCommandOption::new(
        CommandOptionType::Boolean,
        "private",
        "Whether only you see the answer",
    );
    everywhere(command)
        .description("Ask the internship guide")
        .add_option(question.required(true).set_autocomplete(true))
        .add_option(private)
}

fn ask(bot: &Bot, command: &CommandInteraction) -> Said {
    let text = text_option(command, "question")
        .unwrap_or_default()
        .trim()
        .to_owned();
    let private =
        bool_option(command, "private").unwrap_or_else(|| bot.settings(command.guild_id).private);
    if !bot
        .memory
        .may_ask(command.user.id, bot.cooldown(command.guild_id))
    {
        return Said::privately(reply::too_fast());
    }
    let knowledge = &bot.guide.knowledge;
    // A phrasing of the guide, chosen from the list or typed to the letter, leads to its section without a search.
    let place = bot.guide.phrasebook.find(&text).cloned();
    let (place, reply) = match place.as_ref().and_then(|place| place.find(knowledge)) {
        Some((topic, section)) => {
            bot.note_answered(command.guild_id, Way::Command, &topic.id);
            (place, reply::section(knowledge, topic, section))
        }
        None => {
            let question = Question::new(&text);
            let answer = bot.decide(&question);
            bot.note_asked(command.guild_id, Way::Command, &question, &answer);
            // The message has no id yet; clicks on it name the command.
            bot.memory.converse(
                MessageId::new(command.id.get()),
                None,
                command.user.id,
                &question,
            );
            (bot.place_of(&answer), reply::to_answer(knowledge, &answer))
        }
    };
    let before = match (place, command.guild_id) {
        (Some(place), Some(guild)) if !private => {
            bot.posted_before(guild, command.channel_id, &place)
        }
        _ => None,
    };
    match before {
        Some(before) => Said::privately(before),
        None => Said {
            reply,
            private,
            question: Some(text).filter(|_| !private),
        },
    }
}

fn complete_ask(bot: &Bot, option: &str, typed: &str) -> Vec<(String, String)> {
    match option {
        "question" => bot
            .guide
            .complete(typed)
            .into_iter()
            .map(|text| (text.clone(), text))
            .collect(),
        _ => Vec::new(),
    }
}

fn define_resources(command: CreateCommand) -> CreateCommand {
    let choices = |option: CreateCommandOption, names: Vec<&'static str>| {
        names.into_iter().fold(option, |option, name| {
            option.add_string_choice(name.replace('-', " "), name)
        })
    };
    let option = |name: &str, description: &str| {
        CreateCommandOption::new(CommandOptionType::String, name, description)
    };
    everywhere(command)
        .description("List courses, books, tools and other links")
        .add_option(option("topic", "What they should help with").set_autocomplete(true))
        .add_option(choices(
            option("kind", "What they are"),
            Kind::ALL.iter().map(|kind| kind.name()).collect(),
        ))
        .add_option(choices(
            option("cost", "What they cost"),
            Cost::ALL.iter().map(|cost| cost.name()).collect(),
        ))
        .add_option(choices(
            option("level", "For whom they are"),
            Level::ALL.iter().map(|level| level.name()).collect(),
        ))
}

fn resources(bot: &Bot, command: &CommandInteraction) -> Said {
    let knowledge = &bot.guide.knowledge;
    let topic = match text_option(command, "topic")
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        None => None,
        Some(text) => {
            let named = |topic: &&crate::knowledge::Topic| {
                topic.id == text
                    || reply::cut(&topic.title, reply::limit::OPTION).eq_ignore_ascii_case(text)
            };
            match knowledge.topics().iter().find(named) {
                Some(topic) => Some(topic.id.clone()),
                None => match bot.place_of(&bot.guide.answer(&Question::new(text))) {
                    Some(place) => Some(place.topic),
                    None => return Said::privately(reply::no_such_topic()),
                },
            }
        }
    };
    let filter = Filter {
        topic,
        kind: named(text_option(command, "kind"), Kind::ALL, Kind::name),
        cost: named(text_option(command, "cost"), Cost::ALL, Cost::name),
        level: named(text_option(command, "level"), Level::ALL, Level::name),
    };
    match reply::resources(knowledge, &filter, 0) {
        Some(reply) => Said {
            reply,
            private: false,
            question: None,
        },
        None => Said::privately(reply::no_such_topic()),
    }
}

fn complete_resources(bot: &Bot, option: &str, typed: &str) -> Vec<(String, String)> {
    match option {
        "topic" => bot.guide.complete_topic(typed),
        _ => Vec::new(),
    }
}

fn define_topics(command: CreateCommand) -> CreateCommand {
    everywhere(command).description("Browse the internship guide")
}

fn topics(bot: &Bot, _: &CommandInteraction) -> Said {
    Said::privately(reply::topics(&bot.guide.knowledge))
}

fn define_help(command: CreateCommand) -> CreateCommand {
    everywhere(command).description("How to ask me")
}

fn help(bot: &Bot, _: &CommandInteraction) -> Said {
    Said::privately(reply::help(&bot.guide.knowledge))
}

fn define_privacy(command: CreateCommand) -> CreateCommand {
    everywhere(command).description("What I read and what I keep")
}

fn privacy(bot: &Bot, _: &CommandInteraction) -> Said {
    let privacy = Privacy {
        keeps: bot.store.keeps(),
        contact: bot.config.privacy_contact.clone(),
    };
    Said::privately(reply::privacy(&privacy))
}

fn define_forget_me(command: CreateCommand) -> CreateCommand {
    everywhere(command).description("Delete what I keep about you")
}

fn forget_me<'a>(bot: &'a Bot, command: &'a CommandInteraction) -> Pending<'a> {
    Box::pin(async move {
        bot.memory.forget(command.user.id);
        Said::privately(match bot.store.forget(command.user.id.get()).await {
            Ok(votes) => reply::forgotten(votes, bot.store.keeps().map(|(gaps, _)| gaps)),
            Err(_) => reply::will_forget(),
        })
    })
}

fn answer_message(bot: &Bot, command: &CommandInteraction) -> Said {
    let Some(ResolvedTarget::Message(message)) = command.data.target() else {
        return Said::privately(reply::unknown_command());
    };
    let text = bot.without_mention(&message.content);
    if text.is_empty() || message.author.id == bot.me() {
        return Said::privately(reply::nothing_to_answer());
    }
    if !bot
        .memory
        .may_ask(command.user.id, bot.cooldown(command.guild_id))
    {
        return Said::privately(reply::too_fast());
    }
    let knowledge = &bot.guide.knowledge;
    // Whoever wrote the message did not ask the bot: as if it were overheard, it is counted and never kept.
    let answer = bot.decide(&Question::new(text));
    bot.note_outcome(command.guild_id, Way::Menu, &answer);
    let best = answer
        .matches
        .first()
        .and_then(|best| reply::place(knowledge, best));
    let Some((topic, section)) = best.filter(|_| answer.outcome != Outcome::None) else {
        return Said::privately(reply::nothing_found());
    };
    let others = answer::candidates(&answer.matches)
        .get(1..)
        .unwrap_or_default();
    let target = Target {
        message: message.id.get(),
        author: message.author.id.get(),
    };
    Said::privately(reply::preview(knowledge, topic, section, target, others))
}

/// In guilds, in direct messages with the bot, and, for whoever installed it for themselves, everywhere else.
fn everywhere(command: CreateCommand) -> CreateCommand {
    command
        .integration_types(vec![InstallationContext::Guild, InstallationContext::User])
        .contexts(vec![
            InteractionContext::Guild,
            InteractionContext::BotDm,
            InteractionContext::PrivateChannel,
        ])
}

fn complete_nothing(_: &Bot, _: &str, _: &str) -> Vec<(String, String)> {
    Vec::new()
}

fn text_option<'a>(command: &'a CommandInteraction, name: &str) -> Option<&'a str> {
    command
        .data
        .options
        .iter()
        .find(|option| option.name == name)?
        .value
        .as_str()
}

fn bool_option(command: &CommandInteraction, name: &str) -> Option<bool> {
    command
        .data
        .options
        .iter()
        .find(|option| option.name == name)?
        .value
        .as_bool()
}

fn named<T: Copy>(name: Option<&str>, all: &[T], name_of: impl Fn(T) -> &'static str) -> Option<T> {
    all.iter()
        .copied()
        .find(|value| name == Some(name_of(*value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_have_the_same_name() {
        for (number, command) in ALL.iter().enumerate() {
            let first = ALL
                .iter()
                .position(|other| other.name == command.name && other.kind == command.kind);
            assert_eq!(first, Some(number), "{}", command.name);
            assert_eq!(
                find(command.name, command.kind).map(|found| found.name),
                Some(command.name)
            );
        }
    }

    #[test]
    fn help_speaks_of_every_command() {
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
                "/help does not speak of {}",
                command.name
            );
        }
    }
}
