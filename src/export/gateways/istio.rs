//! Istio: lines for the routes of a `VirtualService`. Envoy enforces them.

use super::{
    super::{
        File,
        loss::Loss,
        losses::When::{Always, Entries, If},
        site::Site,
        target::Server,
    },
    files_of,
    model::{AnyHeader, AnyMethod, Model, Wildcards},
    stripped,
    tree::Map,
    yaml,
};

pub(in super::super) static SERVER: Server = Server {
    name: "istio",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::NotRejected, If(|plan| plan.rejection.is_some())),
        (Loss::ExposedHeaders, Entries(|plan| MODEL.cut(plan).omitted_exposed)),
        (Loss::OmittedOrigins, Entries(|plan| MODEL.cut(plan).omitted_origins)),
        (Loss::MaxAge, If(|plan| MODEL.cut(plan).max_age != plan.max_age)),
        (Loss::MalformedOrigins, If(|plan| plan.has_wildcards())),
        (Loss::SeveralLines, Always),
        (Loss::EmptyLines, Always),
        (Loss::EarlyErrors, Always),
        (Loss::PreflightForm, Always),
        (Loss::StrayHeaders, Always),
        (Loss::EchoForAny, If(|plan| plan.origins.is_none())),
    ],
};

const MODEL: Model = Model {
    matches: |_| true,
    wildcards: Wildcards::Regex,
    origins_max: usize::MAX,
    methods: &[],
    lists_safelisted: false,
    any_method: AnyMethod::Mirrored,
    any_header: AnyHeader::Mirrored,
    headers_max: usize::MAX,
    exposes_any: true,
    // The longest duration of protocol buffers.
    max_age: 0..=315_576_000_000,
};

fn files(site: &Site<'_>) -> Vec<File> {
    files_of(site, &MODEL, |plan, cut| {
        let exact = cut.origins.iter().map(|origin| Map::default().with("exact", origin.as_str()));
        let regexes = cut.regexes.iter().map(|regex| Map::default().with("regex", regex.as_str()));
        let cors = Map::default()
            .with("allowOrigins", exact.chain(regexes).collect::<Vec<_>>())
            .with("allowCredentials", plan.credentials)
            .with_list("allowMethods", cut.methods.clone())
            .with_list("allowHeaders", cut.headers.clone())
            .with_list("exposeHeaders", cut.exposed.clone())
            .with("maxAge", format!("{}s", cut.max_age))
            .with_note(
                "Preflights of other origins do not reach the service.",
                "unmatchedPreflights",
                "IGNORE",
            );
        let response = Map::default()
            .with_note(
                "The service behind may send CORS headers of its own, also to other origins.",
                "remove",
                stripped(),
            )
            .with_note(
                "A cache must not mix up the answers.",
                "add",
                Map::default().with("Vary", "Origin"),
            );
        let route = Map::default()
            .with("corsPolicy", cors)
            .with("headers", Map::default().with("response", response));
        vec![File {
            name: format!("{}.virtualservice.yaml", site.name),
            purpose: "copy `corsPolicy` and `headers` into each route under `http` of the \
                      `VirtualService`"
                .to_owned(),
            text: yaml(
                site,
                "Copy these two entries into each route under `http` of the VirtualService.",
                &route,
            ),
        }]
    })
}
