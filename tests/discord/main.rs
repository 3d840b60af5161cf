//! The real bot against a stand-in Discord server on real sockets, as conversations.
//!
//! | Module | Proves |
//! | --- | --- |
//! | `asking` | every way to ask, and that a question costs one request |
//! | `clicking` | every button and menu, for whom it is meant and after a restart |
//! | `commands` | every command, its completions, and how Discord is told about them |
//! | `trials` | problems that other bots had, according to their issue trackers |
//! | `introducing` | which reply introduces the bot, and that an edit keeps that |
//! | `unasked` | overheard messages and forum posts: a sure answer or nothing |
//! | `manners` | nobody is notified, nothing is said twice, edits and deletions, permissions |
//! | `keeping` | what is kept and what is not, a guild's settings, and a store that cannot be used |
//! | `failures` | problems with requests and connections; afterwards the next question is answered |
//! | `connecting` | connection problems, including those that only a person can fix |
//! | `sharding` | several connections, in one process and in two |
//! | `editing` | the guide is edited while the bot runs |
//! | `improving` | moderators see an unanswered question and paste it into the guide, and it is answered |
//! | `digest` | a weekly digest in a moderators' channel, once, even from two processes |
//! | `storm` | ten reloads a second under load: no reply mixes two versions |
//! | `lanes` | waiting work: who waits for whom, and what happens to it |
//! | `load` | two thousand messages at once (`burst`), and a minute of faults (`soak`) |
//! | `moderating` | `/guide`, and that nobody else can use it |
//! | `teaching` | what moderators add to the guide in Discord, and that nobody else can |
//! | `watching` | what an operator sees: the log, health and metrics |
//! | `understanding` | an encoder: installed, loading while the bot answers, and damaged |
//! | `sharing` | two processes with half of the shards each on one PostgreSQL server, one of which is killed |
//! | `doctor` | what `internbot doctor` says of ten faults, and of none |
//! | `starting` | what the program says to someone who starts it for the first time |
//! | `previewing` | that the preview draws what is sent |
//! | `running` | starting and stopping, and what is reported to a supervisor such as systemd |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test may stop and say what it skips, and its modules share what they need"
)]

mod asking;
mod bot;
#[cfg(unix)]
mod burst;
mod clicking;
mod closing;
mod commands;
mod connecting;
#[cfg(unix)]
mod digest;
#[cfg(unix)]
mod doctor;
mod editing;
mod failures;
mod improving;
mod introducing;
mod keeping;
mod lanes;
#[cfg(unix)]
mod load;
mod manners;
mod moderating;
mod pasting;
#[cfg(unix)]
#[allow(dead_code, reason = "the tests of the store need the rest")]
#[path = "../store/place.rs"]
mod place;
mod previewing;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod proxy;
mod running;
mod sharding;
#[cfg(unix)]
mod sharing;
mod small_guide;
#[cfg(unix)]
mod soak;
#[cfg(unix)]
mod starting;
#[cfg(unix)]
mod storm;
mod taking;
mod teaching;
mod trials;
mod unasked;
#[cfg(feature = "encoder")]
mod understanding;
mod watching;
