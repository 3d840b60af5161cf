//! `/guide reload`: reads the guide's files again.

use super::part::{GuidePart, private};
use crate::discord::context::EventContext;
use crate::live::Reload;
use crate::reloading;
use crate::reply::{self, Reply};

pub(super) const PART: GuidePart =
    GuidePart::plain("reload", "Reload the guide's files now", |context, _, _| {
        private(run(context))
    });

async fn run(context: &EventContext) -> Reply {
    let live = &context.bot.live;
    let reload = reloading::reload(live).await;
    let knowledge = &live.guide().knowledge;
    match reload {
        Some(Reload::Swapped(changes)) => reply::reloaded(knowledge, &changes),
        Some(Reload::Same) => reply::nothing_to_reload(knowledge),
        Some(Reload::Fixed) => reply::fixed(knowledge),
        Some(Reload::Failed { error, .. }) => reply::not_reloaded(live.folder(), &error),
        None => reply::cannot_reload(),
    }
}
