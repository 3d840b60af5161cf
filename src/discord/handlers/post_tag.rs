//! The tag that moderators chose for a forum's posts, set when the person who opened a post says that an answer helped.

use serenity::all::ForumTagId;
use tracing::{debug, warn};

use crate::discord::context::EventContext;
use crate::discord::events::Interaction;
use crate::discord::rest::RestError;

/// The most tags that a post can have (<https://docs.discord.com/developers/topics/threads#forums>).
const MAX_TAGS: usize = 5;

/// Sets the tag of a post whose author has just said that an answer helped, if moderators chose one for its forum.
pub(super) async fn set(context: &EventContext, helped: &Interaction) {
    if let Err(error) = set_if_chosen(context, helped).await {
        warn!(%error, "could not set the tag of a forum post: the bot needs the Manage Threads and Posts permission, and the tag must still exist");
    }
}

async fn set_if_chosen(context: &EventContext, helped: &Interaction) -> Result<(), RestError> {
    let bot = &context.bot;
    let settings = bot.settings(helped.guild_id);
    let Some(channel) = helped.channel_id.filter(|_| helped.is_in_public_thread()) else {
        return Ok(());
    };
    if settings.helped_tags.is_empty() {
        return Ok(());
    }
    let post = bot.rest.forum_channel(channel).await?;
    let forum = post.parent_id.map(|forum| forum.get());
    let chosen = forum.and_then(|forum| settings.helped_tags.get(&forum));
    // What helped someone else may not have helped the person who opened the post.
    let Some(chosen) = chosen.filter(|_| post.owner_id == helped.user_id()) else {
        return Ok(());
    };
    let tag = ForumTagId::new(chosen.id);
    if post.applied_tags.contains(&tag) {
        return Ok(());
    }
    if post.applied_tags.len() >= MAX_TAGS {
        debug!("a forum post has as many tags as it can have");
        return Ok(());
    }
    let tags: Vec<ForumTagId> = post.applied_tags.into_iter().chain([tag]).collect();
    bot.rest.set_tags(channel, &tags).await
}
