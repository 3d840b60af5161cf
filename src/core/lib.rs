//! The core of internbot: everything from a guide and a question to a reply. It waits for nothing, and searching, answering and
//! composing cannot fail. Only [`knowledge::load`], [`text_file`] and the function that reads the encoder's weights open files.
//!
//! It is a package of its own so that tests and builds of everything around it stay quick: learning a guide takes seconds
//! unless it is optimised, and nothing else needs that. `internbot` re-exports its modules, and its documentation is the map.

pub mod additions;
pub mod answer;
pub mod completion;
mod fnv;
pub mod gaps;
pub mod guide;
pub mod knowledge;
#[cfg(feature = "encoder")]
pub mod network;
pub mod overlay;
pub mod remark;
pub mod reply;
pub mod scrub;
pub mod search;
pub mod settings;
pub mod stats;
pub mod subject;
pub mod text;
pub mod text_file;
