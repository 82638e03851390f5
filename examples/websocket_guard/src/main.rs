//! Refuses WebSockets of pages from other origins. A browser sends the handshake of a WebSocket to any
//! server, with the user's cookies, and does not check CORS headers on the response. So the server has
//! to refuse it.
//!
//! ```text
//! $ cargo run -p websocket_guard
//! own page:     http://localhost:3000
//! foreign page: http://localhost:3001
//!
//! $ shake_hands() { curl -si http://localhost:3000/socket -m 1 -H "Origin: $1" \
//!     -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
//!     -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' | head -1; }
//!
//! $ shake_hands http://localhost:3000
//! HTTP/1.1 101 Switching Protocols
//!
//! $ shake_hands http://localhost:3001
//! HTTP/1.1 403 Forbidden
//! ```
//!
//! Open both pages in a browser: the first one shows an echo, the second one cannot connect.

use std::error::Error;

use axum::{
    Router,
    extract::ws::{Message, WebSocketUpgrade},
    response::{Html, Response},
    routing::{any, get},
};
use corsac::{CorsLayer, Enforcement};

#[path = "../../listen/mod.rs"]
mod listen;

const PAGE: &str = "<!doctype html><title>WebSocket</title><p>...<script>
    const say = (text) => document.querySelector('p').textContent = text;
    const socket = new WebSocket('ws://OWN/socket');
    socket.onopen = () => socket.send('hello');
    socket.onmessage = (event) => say(`the server says: ${event.data}`);
    socket.onerror = () => say('could not connect');
</script>";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let guard = CorsLayer::builder()
        // For a front end on another host. The scheme is that of the page, not `wss`.
        .allow_origins(["https://app.example.com"])
        .allow_credentials(true)
        .enforcement(Enforcement::Reject)
        .build()?;
    let (own, foreign) = (listen::on_port().await?, listen::on_port_plus(1).await?);
    let host = format!("localhost:{}", own.local_addr()?.port());
    let foreign_host = format!("localhost:{}", foreign.local_addr()?.port());
    println!("own page:     http://{host}\nforeign page: http://{foreign_host}");

    let html = PAGE.replace("OWN", &host);
    let page = get(async || Html(html));
    let api = Router::new().route("/", page.clone()).route("/socket", any(echo)).layer(guard);
    let elsewhere = Router::new().route("/", page);

    tokio::spawn(async { axum::serve(foreign, elsewhere).await });
    Ok(axum::serve(own, api).await?)
}

async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        while let Some(Ok(message)) = socket.recv().await {
            if matches!(message, Message::Text(_)) && socket.send(message).await.is_err() {
                break;
            }
        }
    })
}
