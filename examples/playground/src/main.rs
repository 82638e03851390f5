//! A page for trying CORS out: pages of several origins really call an API behind corsac, and you see
//! what the browser lets through, what the server saw, why, and which line would change it.
//!
//! ```text
//! $ cargo run --example playground
//! playground: http://localhost:3000
//! ```
//!
//! Open that address, and press "Send the request": the browser keeps the answer from the page, because
//! the page is not on the list. Press "Apply and send again", and the page gets it. "Ten mistakes" is a
//! tour of what people trip over, each with its fix.
//!
//! | port | serves |
//! |---|---|
//! | 3000 (`PORT`) | this page, and what it asks of the playground itself |
//! | 3001, 3002 | the pages that call the API, also as `127.0.0.1` and `app.localhost` |
//! | 3003 | the API |
//!
//! Where a port is taken, a free one takes its place. All of them are on loopback, and nothing is
//! fetched from anywhere else. Policies and exchanges are kept in memory, a bounded number of them.

mod api;
mod assets;
mod code;
mod control;
mod explain;
mod form;
mod guard;
mod needs_preflight;
mod policies;
mod ports;
mod presets;
mod recorder;
mod repair;
mod unchecked;
mod world;

use std::{env, error::Error, sync::Arc};

use axum::Router;
use tokio::task::JoinSet;

use crate::{ports::Port, world::World};

const DEFAULT_PORT: u16 = 3000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let wanted = match env::var("PORT") {
        Ok(text) => text.parse().map_err(|_| format!("PORT={text}: a port is 0 to 65535"))?,
        Err(_) => DEFAULT_PORT,
    };
    let control = ports::bind(wanted).await?;
    let next = control.number();
    let page = ports::bind(next.saturating_add(1)).await?;
    let other_page = ports::bind(next.saturating_add(2)).await?;
    let api = ports::bind(next.saturating_add(3)).await?;

    let world = World::new(&control, &page, &other_page, &api);
    let world = Arc::new(world);
    if control.number() != wanted && wanted != 0 {
        println!("port {wanted} is taken, so it is another one (PORT=... chooses)");
    }
    println!("playground: {}", world.control);

    let mut servers = JoinSet::new();
    serve(&mut servers, control, &control::router(world.clone())?);
    serve(&mut servers, page, &assets::sender(&world));
    serve(&mut servers, other_page, &assets::sender(&world));
    serve(&mut servers, api, &api::router(world));
    while let Some(ended) = servers.join_next().await {
        ended??;
    }
    Ok(())
}

fn serve(servers: &mut JoinSet<std::io::Result<()>>, port: Port, router: &Router) {
    for listener in port.into_listeners() {
        let router = router.clone();
        servers.spawn(async move { axum::serve(listener, router).await });
    }
}
