//! WebSockets (RFC 6455), opened with the same client as requests: through the same proxies and with the same TLS.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{StatusCode, Upgraded};
use sha1_smol::Sha1;
use tokio_websockets::{ClientBuilder, WebSocketStream};

use super::client::{as_http, client_for};
use super::error::RestError;
use super::sender::{AGENT, unreachable};

/// What a server adds to the key to show that it speaks the protocol (RFC 6455, section 1.3).
const KEY_SUFFIX: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A WebSocket, open or about to close.
pub(in crate::discord) type WebSocket = WebSocketStream<Upgraded>;

/// Opens a WebSocket, unless the server, or the proxy on the way to it, cannot be reached or does not open one.
pub(in crate::discord) async fn open_websocket(url: &str) -> Result<WebSocket, RestError> {
    let key = STANDARD.encode(fastrand::u128(..).to_ne_bytes());
    let url = as_http(url);
    let client = client_for(&url).http1_only().user_agent(AGENT).build();
    let asking = client
        .map_err(unreachable)?
        .get(url)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, &key);
    let response = asking.send().await.map_err(unreachable)?;
    let status = response.status();
    let shown = response.headers().get(SEC_WEBSOCKET_ACCEPT);
    let is_open = status == StatusCode::SWITCHING_PROTOCOLS
        && shown.is_some_and(|shown| shown.as_bytes() == accept(&key).as_bytes());
    if !is_open {
        return Err(RestError::Unreachable(format!(
            "the gateway answered {status} instead of opening a WebSocket"
        )));
    }
    let stream = response.upgrade().await.map_err(unreachable)?;
    Ok(ClientBuilder::new().take_over(stream))
}

/// What a server answers to a key.
fn accept(key: &str) -> String {
    STANDARD.encode(Sha1::from(format!("{key}{KEY_SUFFIX}")).digest().bytes())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_key_is_answered_as_in_the_rfcs_example() {
        assert_eq!(
            super::accept("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }
}
