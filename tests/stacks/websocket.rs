//! Cross-site WebSocket hijacking, with a client that speaks the protocol.

use axum::{
    Router,
    extract::ws::{Message, WebSocketUpgrade},
    routing::any,
};
use corsac::{CorsBuilder, Enforcement};
use futures_util::{SinkExt, StreamExt};
use http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, Error, client::IntoClientRequest},
};

use crate::{APP, EVIL, client::soon, server::Server, strict};

async fn server(cors: CorsBuilder) -> Server {
    let tell = any(async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async |mut socket| {
            if let Some(Ok(Message::Text(name))) = socket.recv().await {
                _ = socket.send(Message::from(format!("the secret of {name}"))).await;
            }
        })
    });
    Server::axum(Router::new().route("/socket", tell).layer(cors.build().unwrap())).await
}

/// What a page of this origin gets to know, or the status of the refusal.
async fn ask(
    server: &Server,
    origin: &str,
    more: &[(&'static str, &str)],
) -> Result<String, StatusCode> {
    let mut request = format!("ws://{}/socket", server.address).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert(header::ORIGIN, HeaderValue::try_from(origin).unwrap());
    headers.insert(header::COOKIE, HeaderValue::from_static("session=alice"));
    for (name, value) in more {
        headers.insert(*name, HeaderValue::try_from(*value).unwrap());
    }
    match soon(connect_async(request)).await {
        Ok((mut socket, _)) => {
            socket.send(tungstenite::Message::from("alice")).await.unwrap();
            let answer = soon(socket.next()).await.unwrap().unwrap();
            Ok(answer.into_text().unwrap().to_string())
        }
        Err(Error::Http(response)) => Err(response.status()),
        Err(other) => panic!("{other}"),
    }
}

const SECRET: &str = "the secret of alice";

#[tokio::test]
async fn without_a_guard_any_page_reads() {
    let server = server(strict()).await;
    assert_eq!(ask(&server, EVIL, &[]).await.unwrap(), SECRET);
}

#[tokio::test]
async fn the_guard_lets_in_who_is_listed_and_the_services_own_pages() {
    let rejecting = || strict().enforcement(Enforcement::Reject);
    let guarded = server(rejecting()).await;
    for refused in [EVIL, "null", "https://app.example.com.evil.example"] {
        assert_eq!(ask(&guarded, refused, &[]).await, Err(StatusCode::FORBIDDEN), "{refused}");
    }
    assert_eq!(ask(&guarded, APP, &[]).await.unwrap(), SECRET);
    let own = format!("http://{}", guarded.address);
    assert_eq!(ask(&guarded, &own, &[]).await.unwrap(), SECRET);

    // Behind a proxy that sends another `Host`.
    let chat = "https://chat.example";
    let forwarded = [("x-forwarded-host", "chat.example")];
    assert_eq!(ask(&guarded, chat, &forwarded).await, Err(StatusCode::FORBIDDEN));
    let trusting = server(rejecting().trust_forwarded_headers(true)).await;
    assert_eq!(ask(&trusting, chat, &forwarded).await.unwrap(), SECRET);
    assert_eq!(ask(&trusting, EVIL, &forwarded).await, Err(StatusCode::FORBIDDEN));
    let naming = server(rejecting().own_origins([chat])).await;
    assert_eq!(ask(&naming, chat, &[]).await.unwrap(), SECRET);

    // A page that opens a socket reads from it.
    let sending = server(rejecting().trusted_senders([EVIL])).await;
    assert_eq!(ask(&sending, EVIL, &[]).await, Err(StatusCode::FORBIDDEN));
}
