//! Where requests go.

use serenity::all::{ApplicationId, ChannelId, GuildId, InteractionId, MessageId};

use crate::monitor::RequestKind;

/// Where a request goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Route<'a> {
    GatewayBot,
    CurrentUser,
    CurrentApplication,
    Channel(ChannelId),
    Messages(ChannelId),
    Message(ChannelId, MessageId),
    Typing(ChannelId),
    Callback(InteractionId, &'a str),
    OriginalResponse(ApplicationId, &'a str),
    Commands(ApplicationId, Option<GuildId>),
}

impl Route<'_> {
    pub(super) fn path(self) -> String {
        match self {
            Self::GatewayBot => "gateway/bot".to_owned(),
            Self::CurrentUser => "users/@me".to_owned(),
            Self::CurrentApplication => "applications/@me".to_owned(),
            Self::Channel(channel) => format!("channels/{channel}"),
            Self::Messages(channel) => format!("channels/{channel}/messages"),
            Self::Message(channel, message) => format!("channels/{channel}/messages/{message}"),
            Self::Typing(channel) => format!("channels/{channel}/typing"),
            Self::Callback(interaction, token) => {
                format!("interactions/{interaction}/{token}/callback")
            }
            Self::OriginalResponse(application, token) => {
                format!("webhooks/{application}/{token}/messages/@original")
            }
            Self::Commands(application, None) => format!("applications/{application}/commands"),
            Self::Commands(application, Some(guild)) => {
                format!("applications/{application}/guilds/{guild}/commands")
            }
        }
    }

    /// The path that identifies it to the rate limiter, if it needs a permit. All messages of a channel share one, so that the
    /// limiter keeps something for each channel and nothing for each message.
    pub(super) fn limited_path(self) -> Option<String> {
        match self {
            Self::Message(channel, _) => Some(format!("channels/{channel}/messages/id")),
            Self::Typing(_) | Self::Callback(..) | Self::OriginalResponse(..) => None,
            Self::GatewayBot
            | Self::CurrentUser
            | Self::CurrentApplication
            | Self::Channel(_)
            | Self::Messages(_)
            | Self::Commands(..) => Some(self.path()),
        }
    }

    pub(super) fn is_of_interaction(self) -> bool {
        matches!(self, Self::Callback(..) | Self::OriginalResponse(..))
    }

    pub(super) fn kind(self) -> RequestKind {
        match self {
            Self::GatewayBot | Self::CurrentUser | Self::CurrentApplication => RequestKind::Gateway,
            Self::Channel(_) => RequestKind::Channel,
            Self::Messages(_) => RequestKind::Message,
            Self::Message(..) => RequestKind::Edit,
            Self::Typing(_) => RequestKind::Typing,
            Self::Callback(..) => RequestKind::Callback,
            Self::OriginalResponse(..) => RequestKind::Response,
            Self::Commands(..) => RequestKind::Commands,
        }
    }
}
