//! The files of the pages, which are part of the program.

use axum::{Router, middleware, response::Response, routing::get};
use http::{HeaderValue, header};

use crate::{guard::Hosts, world::World};

/// Path, media type, text.
type File = (&'static str, &'static str, &'static str);

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const CONTROL: &[File] = &[
    ("/", HTML, include_str!("../page/index.html")),
    ("/base.css", CSS, include_str!("../page/base.css")),
    ("/setup.css", CSS, include_str!("../page/setup.css")),
    ("/result.css", CSS, include_str!("../page/result.css")),
    ("/main.js", JS, include_str!("../page/main.js")),
    ("/dom.js", JS, include_str!("../page/dom.js")),
    ("/policy.js", JS, include_str!("../page/policy.js")),
    ("/request.js", JS, include_str!("../page/request.js")),
    ("/run.js", JS, include_str!("../page/run.js")),
    ("/exchanges.js", JS, include_str!("../page/exchanges.js")),
    ("/notes.js", JS, include_str!("../page/notes.js")),
    ("/result.js", JS, include_str!("../page/result.js")),
    ("/starts.js", JS, include_str!("../page/starts.js")),
    ("/tour.js", JS, include_str!("../page/tour.js")),
    ("/steps.js", JS, include_str!("../page/steps.js")),
];

const SENDER: &[File] = &[
    ("/", HTML, include_str!("../page/sender.html")),
    ("/sender.js", JS, include_str!("../page/sender.js")),
];

/// Serves the page that the user opens.
pub(crate) fn control(world: &World) -> Router {
    let frames: Vec<_> = world.pages.iter().map(|page| page.base.as_str()).collect();
    let rules = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
         connect-src 'self'; frame-src {}; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'none'",
        frames.join(" ")
    );
    files(CONTROL, &rules)
}

/// Serves a page that calls the API. Only frames of the control page can show it.
pub(crate) fn sender(world: &World) -> Router {
    let rules = format!(
        "default-src 'none'; script-src 'self'; connect-src {}; frame-ancestors {}; \
         base-uri 'none'; form-action 'none'",
        world.api, world.control
    );
    let hosts = Hosts::of_urls(world.pages.iter().map(|page| page.base.as_str()));
    files(SENDER, &rules).layer(middleware::from_fn_with_state(hosts, Hosts::check))
}

fn files(files: &'static [File], rules: &str) -> Router {
    let with_type = |router: Router, (path, media_type, text): &'static File| {
        router
            .route(path, get(move || async move { ([(header::CONTENT_TYPE, *media_type)], *text) }))
    };
    let rules = HeaderValue::try_from(rules).ok();
    files.iter().fold(Router::new(), with_type).layer(middleware::map_response(
        move |mut response: Response| {
            let headers = response.headers_mut();
            headers.extend(rules.clone().map(|it| (header::CONTENT_SECURITY_POLICY, it)));
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            async move { response }
        },
    ))
}
