//! `/guide status`: which guide is live, and what is wrong.

use super::part::{GuidePart, keeping, private, seconds};
use crate::discord::context::EventContext;
use crate::reply::{self, Reply, Standing};

pub(super) const PART: GuidePart = GuidePart::plain(
    "status",
    "See which guide is live and what is wrong with it",
    |context, _, _| private(async { run(context) }),
);

fn run(context: &EventContext) -> Reply {
    let bot = &context.bot;
    let present = bot.live.present();
    let health = bot.store.health();
    let why = bot.store.without_folder(&health.sentence);
    let problem = present.problem.as_ref();
    let standing = Standing {
        since: seconds(present.since),
        started: seconds(bot.started),
        problem: problem.map(|problem| (&*problem.error, seconds(problem.since))),
        keeping: keeping(&health, &why),
        encoder: bot
            .encoder
            .is_there()
            .then(|| present.guide.index.has_sentences()),
    };
    reply::status(&present.guide.knowledge, bot.live.folder(), &standing)
}
