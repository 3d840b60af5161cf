//! internbot answers students' questions about getting and doing a software internship, from a guide of topics in TOML that
//! anyone can edit. There is no language model: the same question always gets the same reviewed answer.
//!
//! A message becomes a reply on one straight line; each step is a module, in this order:
//!
//! | Module | Takes | Gives |
//! | --- | --- | --- |
//! | [`knowledge`] | a folder of TOML files | the guide, valid and immutable, or every problem in it |
//! | [`text`] | a message | its words |
//! | [`search`] | a question | topics and sections with their scores |
//! | [`answer`] | what a search found | the decision: answer, suggest, or admit |
//! | [`reply`] | the decision | what a person is shown, as plain data |
//! | [`terminal`] | a reply | text for a terminal |
//! | `store` | what happened | what must be kept, in a file or a database; part of the feature `discord` |
//! | `discord` | events | replies in Discord; a feature that waits for nothing but Discord |
//!
//! The first five are in `internbot_core`: they wait for nothing, and searching, answering and composing cannot fail. Of these
//! five, only [`knowledge::load`] reads files. The other modules are:
//!
//! - [`guide`], a knowledge base with everything learned from it; [`live`], which replaces the guide when its files change; and
//!   [`index_cache`], which keeps what was learned between starts
//! - [`completion`], suggestions while someone types; and [`remark`], messages to the bot that are not questions
//! - [`gaps`], which groups unanswered questions; [`scrub`], which removes from a question anything that could identify who asked
//!   it; [`stats`], what was asked and answered; and [`settings`], what moderators can set
//! - [`config`], what an operator can set; and [`evaluate`], which measures how well a guide answers
//! - `encoder`, which computes what a text means if its weights are installed (a feature; the network is in the core)
//! - `monitor`, which other programs ask about the running bot, and `preview`, which draws its replies in a browser (both part of
//!   the feature `discord`)

pub use internbot_core::{
    additions, answer, completion, gaps, guide, knowledge, overlay, remark, reply, scrub, search,
    settings, stats, subject, text, text_file,
};

pub mod config;
#[cfg(feature = "discord")]
pub mod discord;
#[cfg(feature = "encoder")]
pub mod encoder;
pub mod evaluate;
pub mod index_cache;
#[cfg(feature = "discord")]
mod listener;
pub mod live;
#[cfg(feature = "discord")]
pub mod monitor;
#[cfg(feature = "discord")]
pub mod preview;
#[cfg(feature = "discord")]
pub mod reloading;
#[cfg(feature = "discord")]
pub mod store;
pub mod terminal;
