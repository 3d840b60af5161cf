//! A server's settings, as moderators see them.

use super::Reply;
use super::markdown::{date, escape};
use super::moderation::Keeping;
use super::notes::note;
use crate::settings::Settings;

/// What is shown in addition to the settings themselves.
#[derive(Debug, Clone, Copy)]
pub struct SettingsView<'a> {
    /// The cooldown that the operator configured, in seconds.
    pub usual_cooldown: u64,
    /// Whether something was changed just now.
    pub changed: bool,
    /// Whether the bot hears messages that are not addressed to it.
    pub hears: bool,
    /// The state of the store.
    pub keeping: Keeping<'a>,
    /// The guild's channels with unasked answers that the operator configured.
    pub configured_channels: &'a [u64],
    /// The same for forums.
    pub configured_forums: &'a [u64],
    /// Those of them that someone has just tried to remove.
    pub still_configured: &'a [u64],
    /// Channels and forums that were just added where the bot lacks permissions.
    pub blocked: &'a [BlockedChannel],
}

/// A channel or forum in which the bot lacks permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedChannel {
    /// Its id.
    pub id: u64,
    /// What the bot cannot do there.
    pub what: Lacking,
    /// The permissions, as Discord calls them.
    pub missing: Vec<&'static str>,
}

/// What the bot cannot do where it lacks permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// Answer.
    Answer,
    /// Post a digest.
    Digest,
    /// Set the tag of a post.
    Tag,
}

/// A guild's settings.
pub fn settings(settings: &Settings, view: &SettingsView<'_>) -> Reply {
    let channels = |set: &[u64], configured: &[u64]| {
        let set = set.iter().filter(|id| !configured.contains(id));
        let set = set.map(|id| format!("<#{id}>"));
        let configured = configured
            .iter()
            .map(|id| format!("<#{id}> (set by my operator)"));
        let all: Vec<String> = set.chain(configured).collect();
        if all.is_empty() {
            "none".to_owned()
        } else {
            all.join(", ")
        }
    };
    let yes = |is_so| if is_so { "yes" } else { "no" };
    let cooldown = match settings.cooldown_seconds {
        Some(seconds) => format!("{seconds} seconds"),
        None => format!("{} seconds, set by my operator", view.usual_cooldown),
    };
    let tags = settings.helped_tags.iter();
    let tags: Vec<String> = tags
        .map(|(forum, tag)| format!("{} in <#{forum}>", escape(&tag.name)))
        .collect();
    let tags = if tags.is_empty() {
        "none".to_owned()
    } else {
        tags.join(", ")
    };
    let head = if view.changed {
        "Saved. The settings are now:"
    } else {
        "Change these with the options of `/guide settings`."
    };
    let body = format!(
        "{head}\n\n\
         **Unasked answers**, only when I'm sure\n\
         in channels: {}\n\
         to forum posts: {}\n\
         including answers added on this server: {}\n\n\
         **`/ask` answers privately** by default: {}\n\
         **Cooldown** between one person's questions: {cooldown}\n\
         **Weekly digest** of what I couldn't answer: {}\n\
         **Tag for a forum post** when its author presses “That helped”: {tags}",
        channels(&settings.unasked_channels, view.configured_channels),
        channels(&settings.unasked_forums, view.configured_forums),
        yes(settings.unasked_additions),
        yes(settings.private),
        match settings.digest {
            None => "no".to_owned(),
            Some(digest) => format!(
                "in <#{}>, next on {}. Everyone who can read that channel will see these questions, including those asked privately, but not \
                 who asked",
                digest.channel,
                date(digest.next())
            ),
        },
    );
    Reply {
        title: "Settings for this server".to_owned(),
        body,
        notice: settings_notice(settings, view),
        ..Reply::default()
    }
    .within_limits()
}

fn settings_notice(settings: &Settings, view: &SettingsView<'_>) -> Option<String> {
    let store = match view.keeping {
        Keeping::Off => Some("Storage is switched off, so nothing can be set here.".to_owned()),
        Keeping::Unwell { .. } => Some(
            "Storage isn't working right now, so nothing can be changed: see `/guide status`."
                .to_owned(),
        ),
        Keeping::Well { .. } => None,
    };
    let deaf = (!view.hears && settings.hears_channels()).then(|| {
        "I can't read messages in channels yet. I will after my next restart, if my operator has switched on the Message Content \
         Intent. Forum posts don't need it."
            .to_owned()
    });
    let blocked = view.blocked.iter().map(|channel| {
        let what = match channel.what {
            Lacking::Answer => "answer",
            Lacking::Digest => "write",
            Lacking::Tag => "set tags",
        };
        format!(
            "That's saved, but I can't {what} in <#{}> yet: give me {} there.",
            channel.id,
            channel.missing.join(", ")
        )
    });
    let configured: Vec<String> = view
        .still_configured
        .iter()
        .map(|id| format!("<#{id}>"))
        .collect();
    let configured = (!configured.is_empty()).then(|| {
        format!(
            "I'll still answer in {}: my operator set that, and only they can change it.",
            configured.join(", ")
        )
    });
    let notices = [store, deaf, configured].into_iter().flatten();
    let notices: Vec<String> = notices.chain(blocked).collect();
    (!notices.is_empty()).then(|| notices.join("\n"))
}

/// For an invalid choice in `/guide settings`.
pub fn cannot_set(why: &str) -> Reply {
    note(&format!("Nothing was changed: {why}."))
}

/// For a channel that is of the wrong kind, or not in this server.
pub fn no_such_channel() -> Reply {
    note("Nothing was changed: choose one of this server's text channels or forums from the list.")
}

/// For a tag that was named without its forum.
pub fn tag_without_forum() -> Reply {
    note("Nothing was changed: also choose the forum that has the tag, as `tag-forum`.")
}

/// For a missing or unknown tag: lists the forum's tags.
pub fn choose_tag(forum: u64, tags: &[String]) -> Reply {
    if tags.is_empty() {
        return note(&format!(
            "Nothing was changed: <#{forum}> has no tags. Add one in the forum's settings, then choose it here."
        ));
    }
    let tags: Vec<String> = tags.iter().map(|tag| escape(tag)).collect();
    note(&format!(
        "Nothing was changed: choose one of the tags of <#{forum}> as `tag`. They are: {}.",
        tags.join(", ")
    ))
}

/// For a forum whose tags Discord does not list.
pub fn cannot_read_tags(forum: u64) -> Reply {
    note(&format!(
        "Nothing was changed: I can't read the tags of <#{forum}>. Give me View Channels there, and try again."
    ))
}
