//! Google Cloud load balancer: entries for the rules of a URL map.

use super::{
    super::{
        File,
        loss::Loss,
        losses::When::{Always, Entries, If},
        site::Site,
        target::Server,
    },
    files_of,
    model::{AnyHeader, AnyMethod, Model, Wildcards, is_plain, no_wildcard},
    tree::Map,
    yaml,
};

pub(in super::super) static SERVER: Server = Server {
    name: "google-load-balancer",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::NotRejected, If(|plan| plan.rejection.is_some())),
        (Loss::ExposedHeaders, Entries(|plan| MODEL.cut(plan).omitted_exposed)),
        (Loss::OmittedOrigins, Entries(|plan| MODEL.cut(plan).omitted_origins)),
        (Loss::OmittedMethods, Entries(|plan| MODEL.cut(plan).omitted_methods)),
        (Loss::OmittedHeaders, Entries(|plan| MODEL.cut(plan).omitted_headers)),
        (Loss::MaxAge, If(|plan| MODEL.cut(plan).max_age != plan.max_age)),
        (Loss::ServiceHeaders, Always),
        (Loss::SeveralLines, Always),
        (Loss::EmptyLines, Always),
        (Loss::SeparateVary, Always),
        (Loss::EarlyErrors, Always),
        (Loss::PreflightForm, Always),
        (Loss::StrayHeaders, Always),
        (Loss::EchoForAny, If(|plan| plan.origins.is_none())),
    ],
};

const MODEL: Model = Model {
    matches: is_plain,
    // External load balancers have no regular expressions.
    wildcards: Wildcards::Texts(no_wildcard),
    origins_max: usize::MAX,
    methods: &[],
    lists_safelisted: false,
    any_method: AnyMethod::Star,
    any_header: AnyHeader::Star,
    headers_max: usize::MAX,
    exposes_any: true,
    max_age: 1..=0x7fff_ffff,
};

fn files(site: &Site<'_>) -> Vec<File> {
    files_of(site, &MODEL, |plan, cut| {
        let cors = Map::default()
            .with("allowOrigins", cut.origins.clone())
            .with("allowCredentials", plan.credentials)
            .with_list("allowMethods", cut.methods.clone())
            .with_list("allowHeaders", cut.headers.clone())
            .with_list("exposeHeaders", cut.exposed.clone())
            .with("maxAge", cut.max_age)
            .with("disabled", false);
        let vary = Map::default()
            .with("headerName", "Vary")
            .with("headerValue", "Origin")
            .with("replace", false);
        let rule = Map::default()
            .with_note(
                "A cache must not mix up the answers.",
                "headerAction",
                Map::default().with("responseHeadersToAdd", vec![vary]),
            )
            .with("routeAction", Map::default().with("corsPolicy", cors));
        vec![File {
            name: format!("{}.url-map.yaml", site.name),
            purpose:
                "copy `headerAction` and `corsPolicy` into each of the `routeRules` of the URL map"
                    .to_owned(),
            text: yaml(
                site,
                "Copy these entries into each of the routeRules of the URL map. The service must send no CORS\n\
                 headers: two of a kind make browsers refuse.",
                &rule,
            ),
        }]
    })
}
