//! Kubernetes Gateway API, 1.5 or later: filters for the rules of an `HTTPRoute`.

use super::{
    super::{
        File,
        loss::Loss,
        losses::When::{Always, Entries, If},
        site::Site,
        target::Server,
    },
    files_of,
    model::{AnyHeader, AnyMethod, Model, Wildcards, is_plain, plain_subdomains},
    stripped,
    tree::Map,
    yaml,
};

pub(in super::super) static SERVER: Server = Server {
    name: "gateway-api",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::NotRejected, If(|plan| plan.rejection.is_some())),
        (Loss::ExposedHeaders, Entries(|plan| MODEL.cut(plan).omitted_exposed)),
        (Loss::OmittedOrigins, Entries(|plan| MODEL.cut(plan).omitted_origins)),
        (Loss::OmittedMethods, Entries(|plan| MODEL.cut(plan).omitted_methods)),
        (Loss::OmittedHeaders, Entries(|plan| MODEL.cut(plan).omitted_headers)),
        (Loss::MaxAge, If(|plan| MODEL.cut(plan).max_age != plan.max_age)),
        (Loss::MalformedOrigins, If(|plan| plan.has_wildcards())),
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
    wildcards: Wildcards::Texts(plain_subdomains),
    origins_max: 64,
    methods: &["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"],
    lists_safelisted: false,
    any_method: AnyMethod::Mirrored,
    any_header: AnyHeader::MirroredWithCredentials,
    headers_max: 64,
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
            .with("maxAge", cut.max_age);
        let modifier = Map::default()
            .with_note(
                "The service behind may send CORS headers of its own: two of a kind make browsers refuse.",
                "remove",
                stripped(),
            )
            .with_note(
                "A cache must not mix up the answers.",
                "add",
                vec![Map::default().with("name", "Vary").with("value", "Origin")],
            );
        let filters = vec![
            Map::default().with("type", "CORS").with("cors", cors),
            Map::default()
                .with("type", "ResponseHeaderModifier")
                .with("responseHeaderModifier", modifier),
        ];
        vec![File {
            name: format!("{}.httproute.yaml", site.name),
            purpose: "copy these `filters` into each rule of the `HTTPRoute`".to_owned(),
            text: yaml(
                site,
                "Copy these filters into each rule of the HTTPRoute, in this order. A gateway that does not\n\
                 implement the filter CORS may accept it and do nothing: send a preflight after you apply it.",
                &Map::default().with("filters", filters),
            ),
        }]
    })
}
