//! Event handlers, one file for each kind.

pub(super) mod autocomplete;
pub(super) mod command;
pub(super) mod component;
mod earlier;
pub(super) mod edit;
pub(super) mod follow;
pub(super) mod forum_post;
pub(super) mod message;
mod post_tag;
pub(super) mod remark;
pub(super) mod teaching;
