//! What an error of the store means for the operator, and what to do.

use super::driver::{DatabaseError, in_its_words};
use super::{postgres, sqlite};
use crate::config::StoreUrl;
use crate::store::migrations;

/// What an error means, and what to do.
pub(in crate::store) fn explain(url: &StoreUrl, fault: &DatabaseError) -> String {
    let name = url.name();
    match fault {
        DatabaseError::Sql(error) => {
            let known = if url.server().is_some() {
                postgres::explain(&name, error)
            } else {
                sqlite::explain(&name, error)
            };
            known
                .unwrap_or_else(|| format!("the store {name} does not work{}", in_its_words(error)))
        }
        DatabaseError::Commit(fault) => explain(url, fault),
        DatabaseError::Late => {
            format!(
                "the store {name} does not answer in time: check its machine and, if there is one, the network in between"
            )
        }
        DatabaseError::Newer(version) => format!(
            "the store {name} was written by a newer internbot (version {version}, this one knows {}): update this one, or name another store as \
             store.url",
            migrations::version()
        ),
        DatabaseError::File(error) => {
            format!(
                "the store {name} cannot be written ({error}): let the bot write to its folder, or set store.url to another file"
            )
        }
        DatabaseError::Password(error) => {
            format!(
                "the file with the password of the store {name} cannot be used ({error}): correct the file, or store.password_file"
            )
        }
        DatabaseError::Encoding(encoding) => {
            format!(
                "the store {name} cannot store every character (its encoding is {encoding}): create the database with ENCODING 'UTF8'"
            )
        }
        DatabaseError::Random(_) => format!("the store {name}: {fault}"),
    }
}
