//! Draws the bot's replies in a browser, from the JSON that Discord would be sent: a page to ask in while the guide is
//! written, and static pages of the whole guide. No account, no token, and nothing leaves the machine.
//!
//! The page changes nothing: the server keeps no state, the conversation is in the browser. It answers only those who name it
//! by its own address, so that no web site can look through the browser of somebody who has it open.
//!
//! | Module | Responsibility |
//! | --- | --- |
//! | `server` | what the page asks for, and who may ask |
//! | `draw`, `markdown` | from a message as Discord is sent it to HTML |
//! | `limits` | what of a message is near a limit |
//! | `site` | the guide as static pages |
//! | `page.html`, `preview.css`, `preview.js`, `search.js` | what the browser gets, as it is |

mod draw;
mod limits;
mod markdown;
mod server;
mod site;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use crate::config;
use crate::listener::{self, Bounds};
use crate::live::Live;
use crate::reloading;
use server::Previewed;

pub use server::EncodeText;
pub use site::{SiteError, WrittenSite, write_site};

/// A browser opens six connections at once; the rest is for a flood. What is silent goes after two seconds, so that a thousand
/// such connections, as many as the system lets wait here, hold up a question for 16 seconds. With all places taken, the files
/// that are open stay far below 1,024, which many systems allow a process.
const BOUNDS: Bounds = Bounds {
    places: 128,
    asking: Duration::from_secs(2),
    patience: Duration::from_secs(10),
};

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address} for the preview: {source}; end the program that has the port (another preview?), or choose another one \
     with --port"
)]
pub struct PreviewError {
    address: SocketAddr,
    source: std::io::Error,
}

/// The preview, ready to be served.
#[derive(Debug)]
pub struct Preview {
    listener: TcpListener,
    address: SocketAddr,
    seen: Arc<Previewed>,
}

impl Preview {
    /// Takes a port for a guide; 0 for any that is free. Gaps are read from the store, if there is one.
    ///
    /// # Errors
    /// Where the address cannot be listened on: it is taken, or not this machine's.
    pub async fn bind(
        address: SocketAddr,
        live: Arc<Live>,
        store: config::Store,
        encode: EncodeText,
    ) -> Result<Self, PreviewError> {
        let fault = |source| PreviewError { address, source };
        let listener = TcpListener::bind(address).await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        let seen = Arc::new(Previewed {
            live,
            store,
            encode,
            address,
        });
        Ok(Self {
            listener,
            address,
            seen,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves the page and follows the files of the guide. Never completes.
    pub async fn serve(self) -> Infallible {
        let Self { listener, seen, .. } = self;
        let live = Arc::clone(&seen.live);
        let service = TowerToHyperService::new(server::router(seen));
        tokio::join!(
            listener::serve(listener, BOUNDS, "the preview", service),
            reloading::watch(&live, true),
        )
        .1
    }
}
