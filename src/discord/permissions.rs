//! The permissions that the bot needs in a server: the address that asks for them, and where they are missing.

use serenity::all::{ApplicationId, PermissionOverwriteType, Permissions, RoleId, UserId};

use super::events::{GuildChannel, GuildCreate};

/// Permissions that the bot may need, as named in Discord's settings.
const NAMES: [(Permissions, &str); 5] = [
    (Permissions::VIEW_CHANNEL, "View Channels"),
    (Permissions::SEND_MESSAGES, "Send Messages"),
    (Permissions::READ_MESSAGE_HISTORY, "Read Message History"),
    (
        Permissions::SEND_MESSAGES_IN_THREADS,
        "Send Messages in Threads",
    ),
    (Permissions::MANAGE_THREADS, "Manage Threads and Posts"),
];

/// To post a message in a channel without replying to anything.
pub(super) const TO_POST: Permissions = Permissions::VIEW_CHANNEL.union(Permissions::SEND_MESSAGES);
/// To answer in a channel.
pub(super) const IN_CHANNEL: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::READ_MESSAGE_HISTORY);
/// To answer in the posts of a forum.
pub(super) const IN_FORUM: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES_IN_THREADS)
    .union(Permissions::READ_MESSAGE_HISTORY);
/// To answer in a server.
pub(super) const IN_SERVER: Permissions = IN_CHANNEL.union(IN_FORUM);
/// To set a tag on someone else's forum post.
pub(super) const TO_TAG: Permissions = Permissions::VIEW_CHANNEL.union(Permissions::MANAGE_THREADS);

/// The address that invites the bot to a server, with the permissions that it needs.
pub(super) fn invitation(application: ApplicationId) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={}",
        IN_SERVER.bits()
    )
}

/// The names of the permissions that are needed but not granted.
pub(super) fn missing(needed: Permissions, granted: Permissions) -> Vec<&'static str> {
    if granted.administrator() {
        return Vec::new();
    }
    let is_missing = |permission: Permissions| (needed - granted).contains(permission);
    NAMES
        .iter()
        .filter(|(permission, _)| is_missing(*permission))
        .map(|(_, name)| *name)
        .collect()
}

/// What a user may do in a guild, before channel overwrites; `None` if the user is not among the members that are
/// known.
pub(super) fn in_guild(guild: &GuildCreate, user: UserId) -> Option<Permissions> {
    let roles = roles(guild, user)?;
    let granted = guild
        .roles
        .iter()
        .filter(|role| roles.contains(&role.id))
        .fold(Permissions::empty(), |all, role| all | role.permissions);
    Some(if granted.administrator() {
        Permissions::all()
    } else {
        granted
    })
}

/// What a user may do in a channel of a guild. The order is Discord's: what a channel changes for everybody, then for the
/// user's roles, then for the user (<https://discord.com/developers/docs/topics/permissions#permission-overwrites>).
pub(super) fn in_channel(
    guild: &GuildCreate,
    channel: &GuildChannel,
    user: UserId,
) -> Option<Permissions> {
    let (roles, granted) = (roles(guild, user)?, in_guild(guild, user)?);
    if granted.administrator() {
        return Some(granted);
    }
    let everyone = RoleId::new(guild.id.get());
    let changed = |granted: Permissions, concerns: &dyn Fn(PermissionOverwriteType) -> bool| {
        let overwrites = channel.permission_overwrites.iter();
        let (allowed, denied) = overwrites
            .filter(|overwrite| concerns(overwrite.kind))
            .fold(
                (Permissions::empty(), Permissions::empty()),
                |(allowed, denied), overwrite| (allowed | overwrite.allow, denied | overwrite.deny),
            );
        (granted - denied) | allowed
    };
    let granted = changed(granted, &|of| of == PermissionOverwriteType::Role(everyone));
    let granted = changed(
        granted,
        &|of| matches!(of, PermissionOverwriteType::Role(role) if role != everyone && roles.contains(&role)),
    );
    Some(changed(granted, &|of| {
        of == PermissionOverwriteType::Member(user)
    }))
}

/// The roles of a member, that of everybody among them.
fn roles(guild: &GuildCreate, user: UserId) -> Option<Vec<RoleId>> {
    let mut members = guild.members.iter();
    let member = members.find(|member| member.user.id == user)?;
    let everyone = RoleId::new(guild.id.get());
    Some(member.roles.iter().copied().chain([everyone]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BOT: UserId = UserId::new(9);

    fn guild(everyone: Permissions, helpers: Permissions) -> GuildCreate {
        let guild = json!({
            "id": "1", "name": "students", "members": [{"user": {"id": "9"}, "roles": ["2"]}],
            "roles": [
                {"id": "1", "permissions": everyone.bits().to_string()},
                {"id": "2", "permissions": helpers.bits().to_string()},
                {"id": "3", "permissions": "8"},
            ],
        });
        serde_json::from_str(&guild.to_string()).unwrap()
    }

    fn channel(overwrites: &[(&str, u8, Permissions, Permissions)]) -> GuildChannel {
        let overwrites: Vec<_> = overwrites
            .iter()
            .map(|(id, kind, allow, deny)| json!({"id": id, "type": kind, "allow": allow, "deny": deny}))
            .collect();
        let channel = json!({"id": "5", "permission_overwrites": overwrites});
        serde_json::from_str(&channel.to_string()).unwrap()
    }

    #[test]
    fn the_invitation_is_the_one_of_the_readme() {
        let readme = include_str!("../../README.md");
        let invitation = invitation(ApplicationId::new(5)).replace("=5&", "=APPLICATION_ID&");
        assert!(readme.contains(&invitation), "{invitation}");
    }

    #[test]
    fn missing_permissions_are_named_as_discord_names_them() {
        let (view, send) = (Permissions::VIEW_CHANNEL, Permissions::SEND_MESSAGES);
        let granted = in_guild(&guild(view, send), BOT).unwrap();
        assert_eq!(
            missing(IN_SERVER, granted),
            ["Read Message History", "Send Messages in Threads"]
        );
        let granted = in_guild(&guild(view, Permissions::ADMINISTRATOR), BOT).unwrap();
        let none: [&str; 0] = [];
        assert_eq!(
            missing(IN_SERVER, granted),
            none,
            "an administrator may do everything"
        );
        assert_eq!(in_guild(&guild(view, send), UserId::new(8)), None);
    }

    #[test]
    fn channel_overwrites_apply_to_everyone_then_to_roles_then_to_the_bot() {
        let (none, send) = (Permissions::empty(), Permissions::SEND_MESSAGES);
        let may_send = |overwrites: &[_]| {
            in_channel(&guild(send, none), &channel(overwrites), BOT)
                .unwrap()
                .send_messages()
        };
        for (overwrites, expected) in [
            (&[][..], true),
            (&[("1", 0, none, send)], false),
            (&[("1", 0, none, send), ("2", 0, send, none)], true),
            (&[("2", 0, send, none), ("9", 1, none, send)], false),
            (&[("3", 0, none, send), ("8", 1, none, send)], true),
        ] {
            assert_eq!(may_send(overwrites), expected, "{overwrites:?}");
        }
    }
}
