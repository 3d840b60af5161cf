//! Where the store is: an SQLite file, a database on a PostgreSQL server, or nowhere.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

/// The schemes of a PostgreSQL address.
const SCHEMES: [&str; 2] = ["postgres", "postgresql"];
/// Options allowed after the `?` of such an address. A password is not among them: an unknown option is rejected without
/// being shown, because it may be part of one.
const OPTIONS: [&str; 10] = [
    "application_name",
    "dbname",
    "host",
    "options",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

const NO_STORE: &str = "this is not a store: write \"sqlite:\" and a file, such as \"sqlite:internbot.db\", an address such as \
                        \"postgres://internbot@db.example.org/internbot\", or \"\" to keep nothing";
const NO_ADDRESS: &str = "this is not the address of a PostgreSQL server: write \"postgres://USER@HOST/DATABASE\" and keep \
                          the password in a file named in store.password_file; write any character that is neither a letter nor a \
                          digit as % and two digits";
const NO_OPTION: &str = "after the ? in a PostgreSQL server's address you can give application_name, dbname, host, options, port, \
                         sslcert, sslkey, sslmode, sslrootcert and user, separated by &";

/// Error messages. They are all fixed text, with nothing from the configuration.
pub(super) const MISTAKES: [&str; 3] = [NO_STORE, NO_ADDRESS, NO_OPTION];

/// Where the store is. It only ever prints its scheme, because a server's address may contain a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct StoreUrl(StoreLocation);

#[derive(Clone, PartialEq, Eq)]
enum StoreLocation {
    Nowhere,
    File(PathBuf),
    Server(Box<Url>),
}

impl StoreUrl {
    /// Whether nothing is to be kept.
    pub fn is_off(&self) -> bool {
        self.0 == StoreLocation::Nowhere
    }

    /// The SQLite file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        let StoreLocation::File(path) = &self.0 else {
            return None;
        };
        Some(path)
    }

    /// The address of the PostgreSQL server, if it is one. It may contain a password, so use it only for connecting.
    pub fn server(&self) -> Option<&Url> {
        let StoreLocation::Server(url) = &self.0 else {
            return None;
        };
        Some(url)
    }

    /// A name for the operator: the file, or the server and its database, without user, password or options.
    pub fn name(&self) -> String {
        match &self.0 {
            StoreLocation::Nowhere => String::new(),
            StoreLocation::File(path) => path.display().to_string(),
            StoreLocation::Server(url) => {
                let port = url
                    .port()
                    .map(|port| format!(":{port}"))
                    .unwrap_or_default();
                format!(
                    "postgres://{}{port}{}",
                    url.host_str().unwrap_or_default(),
                    url.path()
                )
            }
        }
    }

    /// A name that others may see: the file without its folder, or just that it is a server.
    pub fn short_name(&self) -> String {
        match &self.0 {
            StoreLocation::Nowhere => String::new(),
            StoreLocation::File(path) => path
                .file_name()
                .map(|name| name.display().to_string())
                .unwrap_or_default(),
            StoreLocation::Server(_) => "on PostgreSQL".to_owned(),
        }
    }
}

impl From<&Path> for StoreUrl {
    fn from(path: &Path) -> Self {
        Self(StoreLocation::File(path.to_owned()))
    }
}

impl TryFrom<String> for StoreUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(StoreLocation::Nowhere));
        }
        let (scheme, rest) = text.split_once(':').ok_or(NO_STORE)?;
        if SCHEMES.contains(&scheme) {
            return server(text).map(|url| Self(StoreLocation::Server(Box::new(url))));
        }
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if scheme != "sqlite" || path.is_empty() {
            return Err(NO_STORE);
        }
        Ok(Self(StoreLocation::File(PathBuf::from(path))))
    }
}

fn server(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| url.has_authority() && url.fragment().is_none())
        .ok_or(NO_ADDRESS)?;
    let is_known = |key: &str| OPTIONS.contains(&key) || key.starts_with("options[");
    if url.query_pairs().all(|(key, _)| is_known(&key)) {
        Ok(url)
    } else {
        Err(NO_OPTION)
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            StoreLocation::Nowhere => "StoreUrl(off)",
            StoreLocation::File(_) => "StoreUrl(sqlite:…)",
            StoreLocation::Server(_) => "StoreUrl(postgres:…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Result<StoreUrl, &'static str> {
        StoreUrl::try_from(text.to_owned())
    }

    #[test]
    fn a_store_is_a_file_a_server_or_off() {
        assert_eq!(
            url("sqlite:a b.db").unwrap().file(),
            Some(Path::new("a b.db"))
        );
        assert_eq!(
            url("sqlite:///srv/internbot.db").unwrap().file(),
            Some(Path::new("/srv/internbot.db"))
        );
        assert!(url(" ").unwrap().is_off());
        for (text, name) in [
            (
                "postgres://bot:hunter2@db.example.org/internbot",
                "postgres://db.example.org/internbot",
            ),
            (
                "postgresql://db:5433/internbot?sslmode=require",
                "postgres://db:5433/internbot",
            ),
            (
                "postgres:///internbot?host=/run/postgresql",
                "postgres:///internbot",
            ),
            (
                "postgres://%2Frun%2Fpostgresql/internbot",
                "postgres://%2Frun%2Fpostgresql/internbot",
            ),
        ] {
            let url = url(text).unwrap();
            assert_eq!(
                (url.name().as_str(), url.server().is_some(), url.file()),
                (name, true, None)
            );
            assert_eq!(url.short_name(), "on PostgreSQL");
        }
        for text in ["internbot.db", "sqlite:", "mysql://db/internbot"] {
            assert_eq!(url(text), Err(NO_STORE), "{text}");
        }
    }

    #[test]
    fn a_password_never_shows() {
        assert!(
            !format!("{:?}", url("postgres://bot:hunter2@db/internbot").unwrap())
                .contains("hunter2")
        );
        assert!(!format!("{:?}", url("sqlite:secret.db").unwrap()).contains("secret"));
        for (text, help) in [
            ("postgres://bot:hun#ter2@db/internbot", "% and two digits"),
            ("postgres://bot:hun/ter2@db/internbot", "% and two digits"),
            ("postgres:bot:hunter2@db", "postgres://USER@HOST/DATABASE"),
            ("postgres://bot@db/internbot?password=hunter2", "sslmode"),
            ("postgres://bot:x?hunter2@db/internbot", ""),
        ] {
            let error = url(text).unwrap_err();
            assert!(
                error.contains(help) && !error.contains("ter2"),
                "{text}: {error}"
            );
        }
    }
}
