//! `/resources`: courses, books, tools and other links.

use serenity::all::{CommandType, CreateCommand, CreateCommandOption};

use super::definition::{
    CommandDefinition, CommandReply, Execution, everywhere, text, text_option,
};
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::knowledge::{Cost, Kind, Level, Topic};
use crate::reply::{self, Filter, limit};
use crate::search::Question;
use crate::text::cut;

pub(super) const COMMAND: CommandDefinition = CommandDefinition {
    name: "resources",
    kind: CommandType::ChatInput,
    define,
    run: Execution::Now(run),
    complete,
};

fn define(command: CreateCommand) -> CreateCommand {
    let choices = |option: CreateCommandOption, names: Vec<&'static str>| {
        names.into_iter().fold(option, |option, name| {
            option.add_string_choice(name.replace('-', " "), name)
        })
    };
    let kinds = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let costs = Cost::ALL.iter().map(|cost| cost.name()).collect();
    let levels = Level::ALL.iter().map(|level| level.name()).collect();
    everywhere(command)
        .description("List courses, books, tools and other links")
        .add_option(text_option("topic", "The topic they should help with").set_autocomplete(true))
        .add_option(choices(text_option("kind", "What kind of resource"), kinds))
        .add_option(choices(text_option("cost", "What they cost"), costs))
        .add_option(choices(text_option("level", "Who they are for"), levels))
}

fn run(context: &EventContext, interaction: &Interaction) -> CommandReply {
    let typed = text(interaction, "topic")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let topic = match typed.map(|text| find_topic(context, text)) {
        None => None,
        Some(Some(topic)) => Some(topic),
        Some(None) => return CommandReply::ephemeral(reply::no_such_topic()),
    };
    let filter = Filter {
        topic,
        kind: named(text(interaction, "kind"), Kind::ALL, Kind::name),
        cost: named(text(interaction, "cost"), Cost::ALL, Cost::name),
        level: named(text(interaction, "level"), Level::ALL, Level::name),
    };
    match reply::resources(&context.guide.knowledge, &filter, 0) {
        Some(reply) => CommandReply::public(reply),
        None => CommandReply::ephemeral(reply::no_such_topic()),
    }
}

/// The id of the topic that was chosen, or that the typed text means.
fn find_topic(context: &EventContext, text: &str) -> Option<String> {
    let is_it = |topic: &&Topic| {
        topic.id == text || cut(&topic.title, limit::OPTION).eq_ignore_ascii_case(text)
    };
    if let Some(topic) = context.guide.knowledge.topics().iter().find(is_it) {
        return Some(topic.id.clone());
    }
    let decision = context.guide.answer(&Question::new(text));
    context.place_of(&decision).map(|place| place.topic)
}

fn complete(context: &EventContext, option: &str, typed: &str) -> Vec<(String, String)> {
    match option {
        "topic" => context.guide.complete_topic(typed),
        _ => Vec::new(),
    }
}

fn named<T: Copy>(name: Option<&str>, all: &[T], name_of: impl Fn(T) -> &'static str) -> Option<T> {
    all.iter()
        .copied()
        .find(|value| name == Some(name_of(*value)))
}
