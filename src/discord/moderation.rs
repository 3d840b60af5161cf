//! `/guide`: what moderators can do. Discord shows it to members who may manage the server, and whatever Discord shows, the
//! bot asks again.

mod settings;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serenity::all::{
    CommandDataOption, CommandDataOptionValue, CommandInteraction, CommandOptionType,
    CreateCommand, CreateCommandOption, GuildId, InstallationContext, InteractionContext,
    Permissions,
};

use tokio::task::spawn_blocking;
use tracing::error;

use crate::gaps;
use crate::live::Reload;
use crate::reply::{self, Keeping, Reply, Standing};
use crate::search::Question;
use crate::store::{Health, State, StoreError};

use super::commands::{Pending, Said};
use super::{Bot, reloading};

/// Any of these is enough.
const MODERATORS: Permissions = Permissions::MANAGE_GUILD.union(Permissions::ADMINISTRATOR);

/// How many days `/guide gaps` looks back where nobody says otherwise, and at the most.
const GAP_DAYS: u32 = 30;
const MOST_GAP_DAYS: u32 = 365;
/// The most pages of gaps that can be asked for.
const MOST_PAGES: u32 = 1_000;
/// How many days `/guide stats` looks back.
const STATS_DAYS: u32 = 30;

/// A part of `/guide`.
struct Part {
    name: &'static str,
    description: &'static str,
    /// Its options.
    define: fn(CreateCommandOption) -> CreateCommandOption,
    run: for<'a> fn(&'a Bot, &'a CommandInteraction) -> Pending<'a>,
}

const PARTS: &[Part] = &[
    Part {
        name: "reload",
        description: "Read the guide's files again now",
        define: plain,
        run: |bot, _| Box::pin(reload(bot)),
    },
    Part {
        name: "status",
        description: "Which guide is live, and what is wrong",
        define: plain,
        run: |bot, _| Box::pin(status(bot)),
    },
    Part {
        name: "explain",
        description: "Why I answer a question as I do",
        define: define_explain,
        run: |bot, command| Box::pin(explain(bot, command)),
    },
    Part {
        name: "gaps",
        description: "What people asked here and the guide could not answer",
        define: define_gaps,
        run: |bot, command| Box::pin(gaps(bot, command)),
    },
    Part {
        name: "stats",
        description: "What was asked and answered here",
        define: plain,
        run: |bot, command| Box::pin(stats(bot, command)),
    },
    Part {
        name: "settings",
        description: "See or change how I answer in this server",
        define: settings::define,
        run: |bot, command| Box::pin(settings::run(bot, command)),
    },
];

/// What Discord is told.
pub(super) fn define(command: CreateCommand) -> CreateCommand {
    let command = command
        .description("For moderators: the guide that I answer from")
        .default_member_permissions(Permissions::MANAGE_GUILD)
        .integration_types(vec![InstallationContext::Guild])
        .contexts(vec![InteractionContext::Guild]);
    let option = |part: &Part| {
        (part.define)(CreateCommandOption::new(
            CommandOptionType::SubCommand,
            part.name,
            part.description,
        ))
    };
    PARTS
        .iter()
        .map(option)
        .fold(command, CreateCommand::add_option)
}

/// Runs the part that was chosen, for those who may.
pub(super) fn run<'a>(bot: &'a Bot, command: &'a CommandInteraction) -> Pending<'a> {
    let permissions = command
        .member
        .as_ref()
        .and_then(|member| member.permissions)
        .unwrap_or_default();
    if !permissions.intersects(MODERATORS) {
        return Box::pin(async { Said::privately(reply::for_moderators()) });
    }
    let chosen = command
        .data
        .options
        .first()
        .and_then(|option| PARTS.iter().find(|part| part.name == option.name));
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
    let health = bot.store.health();
    let why = bot.store.without_folder(&health.sentence);
    let standing = Standing {
        since: seconds(present.since),
        started: seconds(bot.started),
        problem: present
            .problem
            .as_ref()
            .map(|problem| (&*problem.error, seconds(problem.since))),
        keeping: keeping(&health, &why),
    };
    Said::privately(reply::status(
        &present.guide.knowledge,
        bot.live.folder(),
        &standing,
    ))
}

fn define_explain(option: CreateCommandOption) -> CreateCommandOption {
    let question = CreateCommandOption::new(
        CommandOptionType::String,
        "question",
        "As somebody asked it",
    );
    option.add_sub_option(question.required(true))
}

async fn explain(bot: &Bot, command: &CommandInteraction) -> Said {
    let text = option(command, "question")
        .and_then(CommandDataOptionValue::as_str)
        .unwrap_or_default();
    let question = Question::new(text);
    let (explanation, answer) = (
        bot.guide.index.explain(&question),
        bot.guide.answer(&question),
    );
    Said::privately(reply::explain(
        &bot.guide.knowledge,
        text,
        &explanation,
        &answer,
    ))
}

fn define_gaps(option: CreateCommandOption) -> CreateCommandOption {
    let number = |name: &str, description: &str, most: u32| {
        CreateCommandOption::new(CommandOptionType::Integer, name, description)
            .min_int_value(1)
            .max_int_value(u64::from(most))
    };
    option
        .add_sub_option(number(
            "days",
            "Of the last so many days; 30 where you do not say",
            MOST_GAP_DAYS,
        ))
        .add_sub_option(number("page", "Which page of them", MOST_PAGES))
}

async fn gaps(bot: &Bot, command: &CommandInteraction) -> Said {
    let number = |name: &str| {
        option(command, name)
            .and_then(CommandDataOptionValue::as_i64)
            .and_then(|number| u32::try_from(number).ok())
    };
    let (days, page) = (
        number("days").unwrap_or(GAP_DAYS),
        number("page").unwrap_or(1),
    );
    let gaps = match bot.store.gaps(Some(guild(command)), days).await {
        Ok(gaps) => gaps,
        Err(error) => return Said::privately(store_trouble(bot, &error)),
    };
    // Each question is searched for: that would hold up everybody else.
    let guide = Arc::clone(&bot.guide);
    let groups = match spawn_blocking(move || gaps::group(&guide, gaps)).await {
        Ok(groups) => groups,
        Err(fault) => {
            error!(%fault, "grouping unanswered questions failed; please report this");
            return Said::privately(reply::cannot_group());
        }
    };
    let (page, dates) = (
        usize::try_from(page).unwrap_or(1),
        bot.settings(command.guild_id).dates,
    );
    Said::privately(reply::gaps(
        &bot.guide.knowledge,
        &groups,
        days,
        page,
        dates,
    ))
}

async fn stats(bot: &Bot, command: &CommandInteraction) -> Said {
    Said::privately(
        match bot.store.stats(Some(guild(command)), STATS_DAYS).await {
            Ok(stats) => reply::stats(
                &bot.guide.knowledge,
                &stats,
                bot.settings(command.guild_id).dates,
            ),
            Err(error) => store_trouble(bot, &error),
        },
    )
}

/// The guild in which the command was used: Discord offers it nowhere else.
fn guild(command: &CommandInteraction) -> u64 {
    command.guild_id.map(GuildId::get).unwrap_or_default()
}

/// Why the store could not be asked.
fn store_trouble(bot: &Bot, error: &StoreError) -> Reply {
    match error {
        StoreError::Off => reply::no_store(),
        StoreError::Settings(error) => reply::cannot_set(&error.to_string()),
        error => reply::store_trouble(&bot.store.without_folder(&error.to_string())),
    }
}

/// How the store is, as moderators are told; `why` is its sentence.
fn keeping<'a>(health: &Health, why: &'a str) -> Keeping<'a> {
    let since = u64::try_from(health.since.as_second()).unwrap_or_default();
    match health.state {
        State::Off => Keeping::Off,
        State::Well => Keeping::Well {
            dropped: health.dropped,
        },
        State::Unwell => Keeping::Unwell {
            why,
            since,
            waiting: health.waiting,
            dropped: health.dropped,
        },
    }
}

/// Without options.
fn plain(option: CreateCommandOption) -> CreateCommandOption {
    option
}

/// An option of the part that was chosen.
fn option<'a>(command: &'a CommandInteraction, name: &str) -> Option<&'a CommandDataOptionValue> {
    let CommandDataOption {
        value: CommandDataOptionValue::SubCommand(options),
        ..
    } = command.data.options.first()?
    else {
        return None;
    };
    options
        .iter()
        .find(|option| option.name == name)
        .map(|option| &option.value)
}

/// Seconds since 1970.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}
