//! Shows CORS in your browser: pages of several origins call an API behind corsac. You see the
//! result of each request, the exchanges with the server, the reason, and the line that would change
//! the result.
//!
//! ```text
//! $ cargo run -p playground
//! playground: http://localhost:3000
//! ```
//!
//! Open that address, and press "Send the request": the page cannot read the response, because its
//! origin is not on the list. Press "Apply and send again", and the page can read it. "Ten
//! mistakes" shows common mistakes, each with its fix. "Show this policy for" shows the policy as
//! `corsac.toml`, and as the configuration of nginx, Caddy, `HAProxy` and other proxies.
//!
//! | port | serves |
//! |---|---|
//! | 3000 (`PORT`) | the playground's own page, and the API of that page |
//! | 3001, 3002 | the pages that call the API, also as `127.0.0.1` and `app.localhost` |
//! | 3003 | the API |
//!
//! If a port is taken, the playground uses a free one. It listens on the loopback interface only,
//! and its pages load nothing from other hosts. Policies and exchanges are kept in memory; their
//! number is bounded.

mod api;
mod assets;
mod code;
mod console;
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
mod shown;
mod unchecked;
mod world;

use std::{error::Error, process::ExitCode, sync::Arc};

use axum::Router;
use tokio::task::JoinSet;

use crate::{ports::Port, world::World};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let first = ports::first()?;
    let control = bind(first, "the playground").await?;
    let next = control.number();
    let page = bind(next.saturating_add(1), "the first page").await?;
    let other_page = bind(next.saturating_add(2), "the second page").await?;
    let api = bind(next.saturating_add(3), "the API").await?;

    let world = Arc::new(World::new(&control, &page, &other_page, &api));
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

async fn bind(wanted: u16, server: &str) -> Result<Port, String> {
    let port = ports::bind(wanted).await?;
    let number = port.number();
    if wanted != 0 && number != wanted {
        println!(
            "port {wanted} is taken, so {server} is at port {number} \
             (PORT chooses the first of four ports)"
        );
    }
    Ok(port)
}

fn serve(servers: &mut JoinSet<std::io::Result<()>>, port: Port, router: &Router) {
    for listener in port.into_listeners() {
        let router = router.clone();
        servers.spawn(async move { axum::serve(listener, router).await });
    }
}
