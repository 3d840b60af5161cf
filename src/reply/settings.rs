//! What is set for a server, as moderators see it.

use super::Reply;
use super::markdown::{date, escape};
use super::moderation::Keeping;
use super::notes::note;
use crate::settings::Settings;

/// What is shown besides the settings themselves.
#[derive(Debug, Clone, Copy)]
pub struct SettingsView<'a> {
    /// What the operator configured to be waited between two questions, in seconds.
    pub usual_cooldown: u64,
    /// Whether something was changed just now.
    pub changed: bool,
    /// Whether the bot hears messages that are not addressed to it.
    pub hears: bool,
    /// How the store is.
    pub keeping: Keeping<'a>,
    /// Channels with unasked answers that the operator configured.
    pub configured_channels: &'a [u64],
    /// The same for forums.
    pub configured_forums: &'a [u64],
    /// Which of these somebody has tried to remove just now.
    pub still_configured: &'a [u64],
    /// Channels and forums that were added just now, where I may not do what I would have to.
    pub blocked: &'a [BlockedChannel],
}

/// A channel or forum in which the bot lacks permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedChannel {
    /// Its id.
    pub id: u64,
    /// What I cannot do there.
    pub what: Lacking,
    /// The permissions, as Discord calls them.
    pub missing: Vec<&'static str>,
}

/// What I cannot do where I lack permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// Answer.
    Answer,
    /// Post a digest.
    Digest,
    /// Set the tag of a post.
    Tag,
}

/// What is set for a guild.
pub fn settings(settings: &Settings, view: &SettingsView<'_>) -> Reply {
    let channels = |set: &[u64], configured: &[u64]| {
        let set = set.iter().map(|id| format!("<#{id}>"));
        let configured = configured
            .iter()
            .map(|id| format!("<#{id}> (by my operator)"));
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
        None => format!("{} seconds, as my operator configured", view.usual_cooldown),
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
        "Change it with the options of `/guide settings`."
    };
    let body = format!(
        "{head}\n\n\
         **Unasked answers**, only when I am sure\n\
         in channels: {}\n\
         to forum posts: {}\n\
         also with answers added on this server: {}\n\n\
         **`/ask` answers privately** by default: {}\n\
         **Cooldown** between two questions of a person: {cooldown}\n\
         **Weekly digest** of what I could not answer: {}\n\
         **Tag of a forum post** whose author presses “That helped”: {tags}",
        channels(&settings.unasked_channels, view.configured_channels),
        channels(&settings.unasked_forums, view.configured_forums),
        yes(settings.unasked_additions),
        yes(settings.private),
        match settings.digest {
            None => "no".to_owned(),
            Some(digest) => format!(
                "in <#{}>, next on {}. Everybody who can read that channel sees these questions, also those asked privately, without \
                 who asked",
                digest.channel,
                date(digest.next())
            ),
        },
    );
    Reply {
        title: "Settings of this server".to_owned(),
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
            "Storage cannot be used at the moment, so nothing can be changed: see `/guide status`."
                .to_owned(),
        ),
        Keeping::Well { .. } => None,
    };
    let deaf = (!view.hears && settings.hears_channels()).then(|| {
        "I cannot read messages in channels yet. I will after my next restart, if my operator has switched on the Message Content \
         Intent. Forum posts do not need it."
            .to_owned()
    });
    let blocked = view.blocked.iter().map(|channel| {
        let what = match channel.what {
            Lacking::Answer => "answer",
            Lacking::Digest => "write",
            Lacking::Tag => "set tags",
        };
        format!(
            "It is saved, but I cannot {what} in <#{}> yet: give me {} there.",
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
            "I still answer in {}: my operator configured it, and only they can change it.",
            configured.join(", ")
        )
    });
    let notices = [store, deaf, configured].into_iter().flatten();
    let notices: Vec<String> = notices.chain(blocked).collect();
    (!notices.is_empty()).then(|| notices.join("\n"))
}

/// Where a choice of `/guide settings` cannot be.
pub fn cannot_set(why: &str) -> Reply {
    note(&format!("Nothing was changed: {why}."))
}

/// Where a channel was chosen that is not one, or not of this server.
pub fn no_such_channel() -> Reply {
    note("Nothing was changed: choose a text channel or a forum of this server from the list.")
}

/// Where a tag was named, but not the forum that has it.
pub fn tag_without_forum() -> Reply {
    note("Nothing was changed: choose the forum that has the tag too, as `tag-forum`.")
}

/// Where no tag of a forum was named that it has: those that it has.
pub fn choose_tag(forum: u64, tags: &[String]) -> Reply {
    if tags.is_empty() {
        return note(&format!(
            "Nothing was changed: <#{forum}> has no tags. Add one in the settings of the forum, then choose it here."
        ));
    }
    let tags: Vec<String> = tags.iter().map(|tag| escape(tag)).collect();
    note(&format!(
        "Nothing was changed: name one of the tags of <#{forum}> as `tag`. They are: {}.",
        tags.join(", ")
    ))
}

/// Where Discord does not tell which tags a forum has.
pub fn cannot_read_tags(forum: u64) -> Reply {
    note(&format!(
        "Nothing was changed: I cannot read the tags of <#{forum}>. Give me View Channels there, and try again."
    ))
}
