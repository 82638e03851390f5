//! The state of the playground: addresses, policies, exchanges. The page gets it as JSON.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::{
    policies::Policies,
    ports::Port,
    presets::{self, Preset},
    recorder::Recorder,
};

pub(crate) struct World {
    /// The origin of the playground's own page.
    pub(crate) control: String,
    pub(crate) api: String,
    pub(crate) pages: Vec<Page>,
    pub(crate) presets: Vec<Preset>,
    pub(crate) policies: Policies,
    pub(crate) recorder: Recorder,
    served: AtomicU64,
}

/// A page that calls the API.
#[derive(Serialize)]
pub(crate) struct Page {
    id: &'static str,
    /// The `Origin` that the browser sends.
    pub(crate) origin: String,
    /// The URL of the page.
    pub(crate) base: String,
    note: &'static str,
    sandboxed: bool,
    /// Whether page and API belong to one site, so that the browser sends cookies.
    same_site: bool,
}

impl World {
    pub(crate) fn new(control: &Port, page: &Port, other_page: &Port, api: &Port) -> Self {
        let presets = presets::all(page);
        Self {
            control: control.url("localhost"),
            api: api.url("localhost"),
            pages: pages(page, other_page),
            policies: Policies::new(&presets),
            presets,
            recorder: Recorder::default(),
            served: AtomicU64::new(0),
        }
    }

    /// Counts the responses of the app, and returns their number.
    pub(crate) fn count_answer(&self) -> u64 {
        self.served.fetch_add(1, Ordering::Relaxed) + 1
    }
}

fn pages(port: &Port, other_port: &Port) -> Vec<Page> {
    let page = |id, host: &str, port: &Port, note, same_site| {
        let base = port.url(host);
        Page { id, origin: base.clone(), base, note, sandboxed: false, same_site }
    };
    let mut pages = vec![
        page("listed", "localhost", port, "on the lists", true),
        page("other-port", "localhost", other_port, "another port", true),
        page("ip", "127.0.0.1", port, "the same machine", false),
        page("subdomain", "app.localhost", port, "a subdomain", false),
    ];
    pages.push(Page {
        id: "null",
        origin: "null".to_owned(),
        sandboxed: true,
        ..page("", "localhost", port, "a sandboxed frame", false)
    });
    pages
}
