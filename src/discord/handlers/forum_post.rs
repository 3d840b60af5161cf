//! New forum posts, which are answered by their title if the answer is sure.

use serenity::all::{ChannelId, GuildId, Timestamp, UserId};

use crate::answer::Outcome;
use crate::discord::context::{BotContext, EventContext};
use crate::discord::conversations::Shown;
use crate::discord::events::Thread;
use crate::discord::record::QuestionRecord;
use crate::discord::render::Destination;
use crate::discord::send::send_reply;
use crate::reply;
use crate::search::Question;
use crate::stats::Way;

/// A thread that is older than this, in seconds, when the bot hears of it is not a new post.
const MAX_AGE: i64 = 300;

/// A new post of a forum.
pub(in crate::discord) struct ForumPost {
    pub thread: ChannelId,
    guild: GuildId,
    owner: UserId,
    title: String,
}

/// A thread, if it is a new post of a forum that is answered.
pub(in crate::discord) fn classify(bot: &BotContext, thread: Thread) -> Option<ForumPost> {
    let me = *bot.user.get()?;
    let forum = thread.parent_id?;
    let age = Timestamp::now().unix_timestamp() - thread.id.created_at().unix_timestamp();
    (bot.answers_posts_in(thread.guild_id, forum) && age <= MAX_AGE).then(|| ForumPost {
        thread: thread.id,
        guild: thread.guild_id,
        owner: thread.owner_id.unwrap_or(me),
        title: thread.name,
    })
}

/// Answers a post by its title, if the answer is sure.
pub(in crate::discord) async fn handle(
    context: &EventContext,
    post: ForumPost,
) -> Option<QuestionRecord> {
    let question = Question {
        overheard: true,
        ..context.question(post.title).await
    };
    let decision = context.answer(Some(post.guild), &question);
    if decision.outcome != Outcome::Answer {
        return None;
    }
    let record = QuestionRecord::of_answer(context, Some(post.guild), Way::Forum, &decision);
    // The first message of a post has the id of its thread and may be a question too: that answer has the other nonce.
    let to = Destination {
        channel: post.thread,
        reply_to: None,
        nonce: !post.thread.get(),
        ping: false,
    };
    let bot = &context.bot;
    let reply = reply::to_answer(&context.guide.knowledge, &decision);
    let sent = send_reply(bot, Some(post.guild), &reply, post.owner, to).await?;
    let place = context.place_of(&decision);
    let shown = Shown::by(&reply, place.as_ref());
    bot.conversations
        .remember(sent, post.thread, post.owner, &question, shown);
    if let Some(place) = place {
        bot.conversations.posted(post.thread, place, sent);
    }
    Some(record)
}
