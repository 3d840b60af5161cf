//! The database behind the store.
//!
//! The statements go through sqlx's `Any` driver and keep to what SQLite and PostgreSQL both understand: `$1`, BIGINT,
//! TEXT and SMALLINT, `ON CONFLICT`, sums cast to BIGINT. The differences are in `sqlite` and `postgres`, and nowhere else.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `connection` | an open store: its connection, its tables, and transactions |
//! | `sqlite`, `postgres` | opening, and what an error means |
//! | `driver` | what both have in common: errors, connecting, and waiting for an answer |
//! | `explain` | what an error means for the operator |
//! | `writing` | every statement that changes something |
//! | `reading` | every other one |
//! | `additions` | the same for what moderators added |
//! | `values` | ids, counts and days as the tables have them |

mod additions;
mod connection;
mod driver;
mod explain;
mod guilds;
mod postgres;
mod reading;
mod sqlite;
mod values;
mod writing;

pub(super) use additions::AdditionChange;
pub(super) use connection::{Database, inspect};
pub(super) use driver::{DatabaseError, IN_ITS_WORDS};
pub(super) use explain::explain;
pub(super) use writing::{Written, writer};
