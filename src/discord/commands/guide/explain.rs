//! `/guide explain`: why a question is answered as it is.

use serde_json::Value;
use serenity::all::GuildId;

use super::part::{GuidePart, private};
use crate::discord::commands::definition::text_option;
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::reply::{self, Reply};

pub(super) const PART: GuidePart = GuidePart {
    name: "explain",
    description: "See why I answer a question the way I do",
    define: |part| {
        let question = text_option("question", "The question, exactly as someone asked it");
        part.add_sub_option(question.required(true))
    },
    run: |context, interaction, guild| private(run(context, interaction, guild)),
};

async fn run(context: &EventContext, interaction: &Interaction, guild: GuildId) -> Reply {
    let text = interaction.suboption("question").and_then(Value::as_str);
    let guide = &context.guide;
    let question = context.question(text.unwrap_or_default()).await;
    let (explanation, answer) = (
        guide.index.explain(&question),
        context.answer(Some(guild), &question),
    );
    reply::explain(&guide.knowledge, &question.text, &explanation, &answer)
}
