//! `/guide explain`: why a question is answered as it is.

use serde_json::Value;

use super::part::GuidePart;
use crate::discord::commands::definition::text_option;
use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::reply::{self, Reply};

pub(super) const PART: GuidePart = GuidePart {
    name: "explain",
    description: "Why I answer a question as I do",
    define: |part| {
        let question = text_option("question", "The question, as somebody asked it");
        part.add_sub_option(question.required(true))
    },
    run: |context, interaction, _| Box::pin(run(context, interaction)),
};

async fn run(context: &EventContext, interaction: &Interaction) -> Reply {
    let text = interaction.suboption("question").and_then(Value::as_str);
    let guide = &context.guide;
    let question = context.question(text.unwrap_or_default()).await;
    let (explanation, answer) = (guide.index.explain(&question), guide.answer(&question));
    reply::explain(&guide.knowledge, &question.text, &explanation, &answer)
}
