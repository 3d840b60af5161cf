//! "Answer from the guide", in a message's menu: previews an answer to someone else's message, which can then be posted.

use serenity::all::CommandType;

use super::definition::{CommandDefinition, CommandReply, Execution, everywhere};
use crate::answer::{self, Outcome};
use crate::discord::context::EventContext;
use crate::discord::cooldowns::Turn;
use crate::discord::events::Interaction;
use crate::discord::handlers::message::says_nothing;
use crate::discord::record::QuestionRecord;
use crate::reply::{self, Target};
use crate::stats::Way;

pub(super) const COMMAND: CommandDefinition = CommandDefinition {
    kind: CommandType::Message,
    ..CommandDefinition::slash(
        "Answer from the guide",
        everywhere,
        Execution::Soon(|context, interaction| Box::pin(run(context, interaction))),
    )
};

async fn run(context: &EventContext, interaction: &Interaction) -> CommandReply {
    let bot = &context.bot;
    let (Some(message), Some(user)) = (interaction.target(), interaction.user_id()) else {
        return CommandReply::ephemeral(reply::unknown_command());
    };
    let text = bot.without_mention(&message.visible(), interaction.guild_id);
    if says_nothing(&text) || bot.user.get() == Some(&message.author.id) {
        return CommandReply::ephemeral(reply::nothing_to_answer());
    }
    let guild = interaction.guild_id;
    if bot.take_turn(user, guild) != Turn::Theirs {
        return CommandReply::ephemeral(reply::too_fast());
    }
    let knowledge = &context.guide.knowledge;
    // The author of the message did not ask the bot, so the question is counted but never kept.
    let decision = context.answer(guild, &context.question(text).await);
    let record = QuestionRecord::of_answer(context, guild, Way::Menu, &decision);
    let best = decision
        .matches
        .first()
        .and_then(|best| best.find(knowledge))
        .filter(|_| decision.outcome != Outcome::None);
    let target = Target {
        message: message.id.get(),
        author: message.author.id.get(),
    };
    if let Some(addition) = &decision.added {
        let reply = reply::preview_of_added(knowledge, addition, target);
        return CommandReply::ephemeral(reply).with_record(record);
    }
    let reply = match best {
        Some((topic, section)) => {
            let candidates = answer::candidates(&decision);
            let others = candidates.get(1..).unwrap_or_default();
            reply::preview(knowledge, topic, section, target, others)
        }
        None => reply::nothing_found(),
    };
    CommandReply::ephemeral(reply).with_record(record)
}
