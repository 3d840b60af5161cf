//! The network of the optional sentence encoder, all-MiniLM-L6-v2 (Wang et al., "MiniLM", 2020; Reimers and Gurevych, "Sentence-BERT",
//! 2019; Apache License 2.0): from a text to a vector. `internbot::encoder` installs its files and looks after them.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `tokens` | turns a text into tokens |
//! | `weights`, `adapter` | read the network from the file of weights, and what the program adds to them |
//! | `transformer`, `matrix` | turn tokens into a vector |

mod adapter;
mod matrix;
mod tokens;
mod transformer;
mod weights;

pub use adapter::ADAPTER;
pub use tokens::WordPieces;
pub use transformer::Transformer;
pub use weights::read;
