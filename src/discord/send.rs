//! Sending a reply to a channel: with an embed or without, as a reply or not, as far as the bot is allowed to.

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use lru::LruCache;
use serenity::all::{ChannelId, MessageId, UserId};
use tracing::{debug, warn};

use super::answers::SentAnswer;
use super::bounded::{bounded, locked};
use super::render::{Destination, RenderOptions, render};
use super::rest::{Rest, RestError};
use crate::reply::Reply;

/// A message that takes longer than this shows that the bot is typing.
const TYPING_AFTER: Duration = Duration::from_millis(1_500);
/// Channels about which something is noted.
const MAX_CHANNELS: usize = 4_096;
/// For how long a channel is known to take no embeds.
const PLAIN_FOR: Duration = Duration::from_secs(600);

/// Discord's codes for what is missing.
mod code {
    /// A permission.
    pub(super) const MISSING_PERMISSIONS: i64 = 50_013;
    /// Anything in the message besides its embed.
    pub(super) const EMPTY_MESSAGE: i64 = 50_006;
    /// The permission to read what the message replies to.
    pub(super) const CANNOT_REPLY: i64 = 160_002;
    /// What the message replies to.
    pub(super) const INVALID_FORM: i64 = 50_035;
}

/// What the log says about a channel without embeds.
const NO_EMBEDS: &str = "the bot may not embed links in a channel and answers in plain text";

/// What is known about channels.
#[derive(Debug)]
pub(super) struct ChannelNotes {
    /// Since when a channel is known to take no embeds.
    plain: Mutex<LruCache<ChannelId, Instant>>,
    /// Channels about which there was a warning.
    warned: Mutex<LruCache<ChannelId, ()>>,
}

impl Default for ChannelNotes {
    fn default() -> Self {
        Self {
            plain: Mutex::new(bounded(MAX_CHANNELS)),
            warned: Mutex::new(bounded(MAX_CHANNELS)),
        }
    }
}

impl ChannelNotes {
    fn takes_embeds(&self, channel: ChannelId) -> bool {
        let mut plain = locked(&self.plain);
        let since = plain.get(&channel);
        since.is_none_or(|since| since.elapsed() >= PLAIN_FOR)
    }

    fn takes_no_embeds(&self, channel: ChannelId, why: &dyn fmt::Display) {
        locked(&self.plain).put(channel, Instant::now());
        self.warn_once(channel, NO_EMBEDS, why);
    }

    fn warn_once(&self, channel: ChannelId, what: &'static str, why: &dyn fmt::Display) {
        if locked(&self.warned).put(channel, ()).is_none() {
            warn!(error = %why, "{what}; INTERNBOT_LOG=internbot=debug names it");
        }
        debug!(channel = channel.get(), error = %why, "{what}");
    }
}

/// Sends a reply to a channel; `None` if the bot may not write there, of which the log tells once a channel.
pub(super) async fn send(
    rest: &Rest,
    channels: &ChannelNotes,
    reply: &Reply,
    owner: UserId,
    to: Destination,
) -> Option<SentAnswer> {
    let channel = to.channel;
    let mut plain = reply.is_note() || !channels.takes_embeds(channel);
    let mut to = to;
    // Each refusal that can be helped leads to one more attempt.
    for _ in 0..3 {
        let error = match send_once(rest, reply, owner, to, plain).await {
            Ok((id, has_embed)) if plain || has_embed => return Some(SentAnswer { id, plain }),
            Ok((id, _)) => {
                channels.takes_no_embeds(channel, &"Discord dropped the embed");
                return Some(without_embed(rest, channels, reply, owner, channel, id).await);
            }
            Err(error) => error,
        };
        match error.code() {
            Some(code::MISSING_PERMISSIONS | code::EMPTY_MESSAGE) if !plain => plain = true,
            Some(code::CANNOT_REPLY) if to.reply_to.is_some() => {
                channels.warn_once(
                    channel,
                    "the bot may not read the history of a channel and answers without a reference",
                    &error,
                );
                to.reply_to = None;
            }
            Some(code::INVALID_FORM) if to.reply_to.is_some() && error.status() == Some(400) => {
                debug!(%error, "a question was gone before its answer");
                return None;
            }
            _ => {
                channels.warn_once(channel, "could not answer in a channel", &error);
                return None;
            }
        }
    }
    None
}

async fn send_once(
    rest: &Rest,
    reply: &Reply,
    owner: UserId,
    to: Destination,
    plain: bool,
) -> Result<(MessageId, bool), RestError> {
    let message = render(reply, RenderOptions::public(owner, plain)).message(&to);
    let sending = rest.create_message(to.channel, &message);
    tokio::pin!(sending);
    let created = tokio::select! {
        created = &mut sending => created?,
        () = tokio::time::sleep(TYPING_AFTER) => {
            let (created, ()) = tokio::join!(&mut sending, rest.show_typing(to.channel));
            created?
        }
    };
    Ok((created.id, created.has_embed()))
}

/// Puts plain text into a message whose embed Discord dropped, and of which only the buttons are left.
async fn without_embed(
    rest: &Rest,
    channels: &ChannelNotes,
    reply: &Reply,
    owner: UserId,
    channel: ChannelId,
    id: MessageId,
) -> SentAnswer {
    let text = render(reply, RenderOptions::public(owner, true)).edit();
    if let Err(error) = rest.edit_message(channel, id, &text).await {
        channels.warn_once(channel, "could not answer in a channel", &error);
    }
    SentAnswer { id, plain: true }
}
