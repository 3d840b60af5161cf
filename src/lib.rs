//! internbot answers students' questions on getting and doing a software internship, from a guide of topics in TOML that
//! anybody can edit. No language model: the same question always gets the same, reviewed answer.
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
//! | `store` | what happened | what must last, in a file; part of the feature `discord` |
//! | `discord` | events | replies in Discord; a feature, and waits for Discord and nothing else |
//!
//! All but the last two are the core: they wait for nothing, and searching, answering and composing cannot fail. Only
//! [`knowledge::load`] reads files. Around the line stand [`completion`], what is offered while somebody types, [`guide`], a
//! knowledge base with all that is learned from it, [`live`], which exchanges the guide when its files change, [`index_cache`],
//! which keeps what was learned between two starts, [`config`],
//! what an operator can set, [`evaluate`], which measures how well a guide answers, [`scrub`], which takes out of a question
//! what could tell who asked it, [`remark`], what is said to the bot and is no question, [`gaps`], which groups questions without
//! an answer, [`stats`], what was asked and answered, [`settings`], what moderators can set, `encoder`, which computes what a
//! text means where its weights are installed (a feature), and, both of the feature `discord`, `monitor`, of which other programs ask how the
//! running bot is, and `preview`, which draws its replies in a browser.

pub mod additions;
pub mod answer;
pub mod completion;
pub mod config;
#[cfg(feature = "discord")]
pub mod discord;
#[cfg(feature = "encoder")]
pub mod encoder;
pub mod evaluate;
mod fnv;
pub mod gaps;
pub mod guide;
pub mod index_cache;
pub mod knowledge;
#[cfg(feature = "discord")]
mod listener;
pub mod live;
#[cfg(feature = "discord")]
pub mod monitor;
pub mod overlay;
#[cfg(feature = "discord")]
pub mod preview;
#[cfg(feature = "discord")]
pub mod reloading;
pub mod remark;
pub mod reply;
pub mod scrub;
pub mod search;
pub mod settings;
pub mod stats;
#[cfg(feature = "discord")]
pub mod store;
pub mod subject;
pub mod terminal;
pub mod text;
