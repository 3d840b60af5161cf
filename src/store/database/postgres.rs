//! PostgreSQL: a server, which several processes share.

use std::io::{Error, ErrorKind};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use sqlx::{AnyConnection, Executor, Row};
use url::Url;

use super::driver::{self, DatabaseError, IN_ITS_WORDS, in_its_words, within};
use crate::text_file;

/// A statement sees what others have committed by then, and so does the condition of an update that had to wait for another
/// process. A server may have another default.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// A lock of this database, until the transaction ends, however it ends. The number is "internbo" in ASCII.
pub(super) const ALONE: &str = "SELECT 1 FROM pg_advisory_xact_lock(7597137600480961135)";
pub(super) const VERSIONS: &str = "SELECT COUNT(to_regclass('schema_version'))";
/// The encoding that has every character.
const ENCODING: &str = "UTF8";

/// SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>): a class of two characters, and the rest.
mod code {
    pub(super) const CONNECTION: &str = "08";
    pub(super) const PASSWORD: &str = "28P01";
    pub(super) const AUTHORISATION: &str = "28";
    pub(super) const NO_DATABASE: &str = "3D000";
    pub(super) const NO_RIGHTS: &str = "42501";
    pub(super) const NO_SCHEMA: &str = "3F000";
    pub(super) const READ_ONLY: &str = "25006";
    pub(super) const FULL: &str = "53100";
    pub(super) const TOO_MANY: &str = "53300";
    pub(super) const RESOURCES: &str = "53";
    pub(super) const NOT_ACCEPTING: &str = "55000";
    pub(super) const CANCELLED: &str = "57014";
    pub(super) const STOPPED: &str = "57";
    pub(super) const IDLE: &str = "25P03";
    pub(super) const CONFLICT: &str = "40";
}

/// Connects. The server is told to abort statements that take longer than half of the limit, so that its error arrives before the
/// limit, and transactions that are idle for that long: their process may have disappeared without a word,
/// and others would wait for it.
pub(super) async fn connect(
    url: &Url,
    password_file: Option<&Path>,
    limit: Duration,
) -> Result<AnyConnection, DatabaseError> {
    let password = password_file
        .map(password)
        .transpose()
        .map_err(DatabaseError::Password)?;
    let mut connection = driver::connect(address(url, password.as_deref()).as_str(), limit).await?;
    let milliseconds = (limit / 2).as_millis();
    let limits = format!(
        "SET statement_timeout = {milliseconds}; SET idle_in_transaction_session_timeout = {milliseconds}; SET DateStyle = 'ISO'"
    );
    within(limit, connection.execute(limits.as_str())).await?;
    let encoding = within(
        limit,
        sqlx::query("SHOW server_encoding").fetch_one(&mut connection),
    )
    .await?;
    let encoding: String = encoding.try_get(0)?;
    if encoding == ENCODING {
        Ok(connection)
    } else {
        Err(DatabaseError::Encoding(encoding))
    }
}

/// What a file holds, without the end of its line.
fn password(path: &Path) -> std::io::Result<String> {
    let text = text_file::read(path)?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        Err(Error::new(ErrorKind::InvalidData, "it is empty"))
    } else {
        Ok(password.to_owned())
    }
}

/// The address for sqlx: with the password, and with TLS and a verified certificate unless the server is on
/// this machine or the operator says otherwise. By default, sqlx would send the password to any server that answers.
fn address(url: &Url, password: Option<&str>) -> Url {
    let mut url = url.clone();
    let asked = |name: &str| url.query_pairs().any(|(key, _)| key == name);
    let is_told = asked("sslmode") || std::env::var_os("PGSSLMODE").is_some();
    let (is_local, is_named) = (is_local(&url), asked("application_name"));
    let mut pairs = url.query_pairs_mut();
    if let Some(password) = password {
        pairs.append_pair("password", password);
    }
    if !is_told {
        pairs.append_pair("sslmode", if is_local { "disable" } else { "verify-full" });
    }
    if !is_named {
        pairs.append_pair("application_name", "internbot");
    }
    drop(pairs);
    url
}

/// Whether the server is on this machine.
fn is_local(url: &Url) -> bool {
    let asked = url
        .query_pairs()
        .filter(|(key, _)| key == "host")
        .map(|(_, host)| host.into_owned())
        .last();
    let named = || {
        url.host_str()
            .map(|host| host.replace("%2F", "/").replace("%2f", "/"))
    };
    // If neither is given, sqlx reads these variables, and otherwise uses a socket on this machine.
    let usual = || {
        ["PGHOSTADDR", "PGHOST"]
            .iter()
            .find_map(|name| std::env::var(name).ok())
    };
    let Some(host) = asked
        .or_else(named)
        .filter(|host| !host.is_empty())
        .or_else(usual)
    else {
        return true;
    };
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.starts_with('/')
        || host == "localhost"
        || address.is_ok_and(|address| address.is_loopback())
}

/// What an error means and what to do, if known.
pub(super) fn explain(name: &str, error: &sqlx::Error) -> Option<String> {
    let unreachable = |error: &dyn std::fmt::Display| {
        format!(
            "the store {name} cannot be reached ({error}): start its server, or correct the host and the port in store.url"
        )
    };
    let tls = |error: &dyn std::fmt::Display| {
        format!(
            "the store {name} cannot be reached over TLS ({error}): name its certificate authority with ?sslrootcert=FILE in store.url, or, \
             if the network in between is entirely yours, add ?sslmode=disable there"
        )
    };
    let fault = match error {
        sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => {
            return Some(tls(error));
        }
        sqlx::Error::Io(error) => return Some(unreachable(error)),
        sqlx::Error::Tls(error) => return Some(tls(error)),
        sqlx::Error::Configuration(error) => {
            return Some(format!("store.url cannot be used{IN_ITS_WORDS}{error}"));
        }
        sqlx::Error::Protocol(error) => return Some(unreachable(error)),
        error => error.as_database_error()?,
    };
    let code = fault.code()?;
    let says = in_its_words(error);
    Some(match (code.as_ref(), code.get(..2).unwrap_or_default()) {
        (code::PASSWORD, _) => format!(
            "the store {name} refuses the user or the password: correct the user in store.url, and the password in store.password_file, \
             PGPASSWORD or ~/.pgpass{says}"
        ),
        (_, code::AUTHORISATION) => {
            format!(
                "the store {name} does not let the bot in: correct the user in store.url, or the server's pg_hba.conf{says}"
            )
        }
        (code::NO_DATABASE, _) => {
            format!(
                "the store {name} has no such database: create it (createdb --owner USER DATABASE), or correct store.url"
            )
        }
        (code::NO_RIGHTS | code::NO_SCHEMA, _) => {
            format!(
                "the store {name} cannot be written: make the bot's user the owner of the database and of its tables{says}"
            )
        }
        (code::READ_ONLY, _) => {
            format!(
                "the store {name} is read-only, as a standby is: wait until it is promoted, or name the primary server in store.url"
            )
        }
        (code::FULL, _) => format!("the store {name} is full: make room on the server's disk"),
        (code::TOO_MANY, _) => {
            format!(
                "the store {name} has too many connections: raise max_connections or the limit of the bot's user, or close others{says}"
            )
        }
        (_, code::RESOURCES) => format!(
            "the store {name} is short of memory or another resource: check the server{says}"
        ),
        (code::CANCELLED | code::IDLE, _) => {
            format!(
                "the store {name} does not answer in time: check the server's load and its locks"
            )
        }
        (code::NOT_ACCEPTING, _) | (_, code::STOPPED | code::CONNECTION) => {
            format!("the store {name} is stopped or starting: start its server, or wait{says}")
        }
        (_, code::CONFLICT) => {
            format!("the store {name} gave way to another process: wait, the bot tries again")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_goes_to_this_machine_or_to_a_server_with_a_certificate() {
        for (text, mode) in [
            ("postgres://bot@db.example.org/bot", "verify-full"),
            ("postgres://bot@192.0.2.7/bot", "verify-full"),
            ("postgres://bot@db/bot?sslmode=disable", "disable"),
            ("postgres:///bot?host=db.example.org", "verify-full"),
            ("postgres:///bot?host=/run/postgresql", "disable"),
            ("postgres://bot@%2Frun%2Fpostgresql/bot", "disable"),
            ("postgres://bot@localhost/bot", "disable"),
            ("postgres://bot@127.0.0.1/bot", "disable"),
            ("postgres://bot@[::1]:5433/bot", "disable"),
        ] {
            let address = address(&Url::parse(text).unwrap(), Some("p&w d"));
            let value = |name: &str| {
                address
                    .query_pairs()
                    .filter(|(key, _)| key == name)
                    .map(|(_, value)| value.into_owned())
                    .collect::<Vec<_>>()
            };
            assert_eq!(value("sslmode"), [mode], "{text}");
            assert_eq!(
                (value("password"), value("application_name")),
                (vec!["p&w d".to_owned()], vec!["internbot".to_owned()])
            );
        }
    }
}
