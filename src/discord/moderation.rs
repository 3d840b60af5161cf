//! `/guide`: what moderators can do. Discord shows it to members who may manage the server, and whatever Discord shows, the
//! bot asks again.

use std::time::{SystemTime, UNIX_EPOCH};

use serenity::all::{
    CommandDataOption, CommandDataOptionValue, CommandInteraction, CommandOptionType, CreateCommand, CreateCommandOption,
    InstallationContext, InteractionContext, Permissions,
};

use crate::live::Reload;
use crate::reply::{self, Standing};
use crate::search::Question;

use super::commands::{Pending, Said};
use super::{Bot, reloading};

/// Any of these is enough.
const MODERATORS: Permissions = Permissions::MANAGE_GUILD.union(Permissions::ADMINISTRATOR);

/// A part of `/guide`.
struct Part {
    name: &'static str,
    description: &'static str,
    /// Its options.
    define: fn(CreateCommandOption) -> CreateCommandOption,
    run: for<'a> fn(&'a Bot, &'a CommandInteraction) -> Pending<'a>,
}

const PARTS: &[Part] = &[
    Part { name: "reload", description: "Read the guide's files again now", define: plain, run: |bot, _| Box::pin(reload(bot)) },
    Part { name: "status", description: "Which guide is live, and what is wrong", define: plain, run: |bot, _| Box::pin(status(bot)) },
    Part {
        name: "explain",
        description: "Why I answer a question as I do",
        define: define_explain,
        run: |bot, command| Box::pin(explain(bot, command)),
    },
];

/// What Discord is told.
pub(super) fn define(command: CreateCommand) -> CreateCommand {
    let command = command
        .description("For moderators: the guide that I answer from")
        .default_member_permissions(Permissions::MANAGE_GUILD)
        .integration_types(vec![InstallationContext::Guild])
        .contexts(vec![InteractionContext::Guild]);
    let option = |part: &Part| (part.define)(CreateCommandOption::new(CommandOptionType::SubCommand, part.name, part.description));
    PARTS.iter().map(option).fold(command, CreateCommand::add_option)
}

/// Runs the part that was chosen, for those who may.
pub(super) fn run<'a>(bot: &'a Bot, command: &'a CommandInteraction) -> Pending<'a> {
    let permissions = command.member.as_ref().and_then(|member| member.permissions).unwrap_or_default();
    if !permissions.intersects(MODERATORS) {
        return Box::pin(async { Said::privately(reply::for_moderators()) });
    }
    let chosen = command.data.options.first().and_then(|option| PARTS.iter().find(|part| part.name == option.name));
    match chosen {
        Some(part) => (part.run)(bot, command),
        None => Box::pin(async { Said::privately(reply::unknown_command()) }),
    }
}

async fn reload(bot: &Bot) -> Said {
    let reload = reloading::reload(&bot.live).await;
    let knowledge = &bot.live.guide().knowledge;
    Said::privately(match reload {
        Some(Reload::Swapped(changes)) => reply::reloaded(knowledge, &changes),
        Some(Reload::Same) => reply::nothing_to_reload(knowledge),
        Some(Reload::Failed { error, .. }) => reply::not_reloaded(bot.live.folder(), &error),
        None => reply::cannot_reload(),
    })
}

async fn status(bot: &Bot) -> Said {
    let present = bot.live.present();
    let standing = Standing {
        since: seconds(present.since),
        started: seconds(bot.started),
        problem: present.problem.as_ref().map(|problem| (&*problem.error, seconds(problem.since))),
    };
    Said::privately(reply::status(&present.guide.knowledge, bot.live.folder(), &standing))
}

fn define_explain(option: CreateCommandOption) -> CreateCommandOption {
    let question = CreateCommandOption::new(CommandOptionType::String, "question", "As somebody asked it");
    option.add_sub_option(question.required(true))
}

async fn explain(bot: &Bot, command: &CommandInteraction) -> Said {
    let text = text_option(command, "question").unwrap_or_default();
    let question = Question::new(text);
    let (explanation, answer) = (bot.guide.index.explain(&question), bot.guide.answer(&question));
    Said::privately(reply::explain(&bot.guide.knowledge, text, &explanation, &answer))
}

/// Without options.
fn plain(option: CreateCommandOption) -> CreateCommandOption {
    option
}

/// An option of the part that was chosen.
fn text_option<'a>(command: &'a CommandInteraction, name: &str) -> Option<&'a str> {
    let CommandDataOption { value: CommandDataOptionValue::SubCommand(options), .. } = command.data.options.first()? else { return None };
    options.iter().find(|option| option.name == name)?.value.as_str()
}

/// Seconds since 1970.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
