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
        ["HTTP_PROXY", "http_proxy"]
    } else {
        ["HTTPS_PROXY", "https_proxy"]
    };
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    own.into_iter()
        .chain(["ALL_PROXY", "all_proxy"])
        .find(is_set)
}

/// The address under which a WebSocket is asked for: `ws://` becomes `http://`, and `wss://` `https://`.
pub(super) fn as_http(url: &str) -> String {
    match url.strip_prefix("ws") {
        Some(rest) => format!("http{rest}"),
        None => url.to_owned(),
    }
}
