//! A preview that is served until the program ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use internbot::config::{self, Config};
use internbot::live::Live;
use internbot::preview::Preview;

/// Serves a preview without a store on a free port; returns where it listens.
pub async fn preview_of(live: Arc<Live>) -> SocketAddr {
    let store = config::Store {
        url: String::new().try_into().expect("an empty address is none"),
        ..config::Store::default()
    };
    preview_with(live, store).await
}

/// The same with a store.
pub async fn preview_with(live: Arc<Live>, store: config::Store) -> SocketAddr {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let preview = Preview::bind(
        anywhere,
        live,
        &Config {
            store,
            ..Config::default()
        },
        Box::new(|_| None),
    )
    .await
    .expect("there is a free port");
    let address = preview.address();
    tokio::spawn(preview.serve());
    address
}
