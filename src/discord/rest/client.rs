//! How this machine reaches an address: directly, or through the proxy named in the environment.

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::ClientBuilder;

use crate::config::is_on_this_machine;

/// A client for an address. The system's proxy is only used for addresses outside this machine.
pub(super) fn client_for(url: &str) -> ClientBuilder {
    let client = reqwest::Client::builder().use_rustls_tls();
    if is_on_this_machine(url) {
        client.no_proxy()
    } else {
        client
    }
}

/// The environment variables that name proxies for `http://`, for `https://` and for both.
const HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
const HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
const ALL: [&str; 2] = ["ALL_PROXY", "all_proxy"];

/// The environment variable that names the proxy through which an address is reached, if there is one. `NO_PROXY` exempts
/// addresses from it, and this machine needs none.
pub fn proxy_variable(url: &str) -> Option<&'static str> {
    let url = as_http(url);
    if is_on_this_machine(&url) {
        return None;
    }
    let uri: Uri = url.parse().ok()?;
    // The client reads the same variables in the same way.
    Matcher::from_env().intercept(&uri)?;
    let own = if uri.scheme_str() == Some("http") {
        HTTP
    } else {
        HTTPS
    };
    let names_proxy = |name: &&str| value(name).is_some_and(|value| is_proxy(&value));
    own.into_iter().chain(ALL).find(names_proxy)
}

/// Says that an environment variable should name a proxy and does not, if there is one: the client ignores it. Its value, which may
/// have a password in it, is not shown.
pub fn ignored_proxy() -> Option<String> {
    let names_none = |name: &&str| value(name).is_some_and(|value| !is_proxy(&value));
    let mut names = HTTPS.into_iter().chain(ALL).chain(HTTP);
    names.find(names_none).map(|name| {
        format!(
            "{name} is not the address of a proxy, so it is ignored: write http://HOST:PORT, or socks5://HOST:PORT, or unset it"
        )
    })
}

/// What a variable holds, unless that is nothing.
fn value(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// Whether the client can use this as a proxy.
fn is_proxy(value: &str) -> bool {
    let anywhere = Uri::from_static("https://discord.com");
    let matcher = Matcher::builder().all(value).build();
    matcher.intercept(&anywhere).is_some()
}

/// The address under which a WebSocket is asked for: `ws://` becomes `http://`, and `wss://` `https://`.
pub(super) fn as_http(url: &str) -> String {
    match url.strip_prefix("ws") {
        Some(rest) => format!("http{rest}"),
        None => url.to_owned(),
    }
}
