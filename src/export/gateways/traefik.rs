//! Traefik 3: a middleware, for its file provider and as a resource of Kubernetes.

use super::{
    super::{
        File,
        loss::Loss,
        losses::When::{Always, Entries, If},
        plan::{Plan, STRIPPED},
        site::Site,
        target::Server,
    },
    model::{AnyHeader, AnyMethod, Cut, Model, Wildcards},
    resource_name,
    tree::Map,
    yaml,
};

pub(in super::super) static SERVER: Server = Server {
    name: "traefik",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::NotRejected, If(|plan| plan.rejection.is_some())),
        (Loss::ExposedHeaders, Entries(|plan| MODEL.cut(plan).omitted_exposed)),
        (Loss::OmittedOrigins, Entries(|plan| MODEL.cut(plan).omitted_origins)),
        (Loss::OmittedMethods, Entries(|plan| MODEL.cut(plan).omitted_methods)),
        (Loss::OmittedHeaders, Entries(|plan| MODEL.cut(plan).omitted_headers)),
        (Loss::MaxAge, If(|plan| MODEL.cut(plan).max_age != plan.max_age)),
        (Loss::VaryLines, If(|plan| plan.origins.is_some())),
        (Loss::MalformedOrigins, If(|plan| plan.has_wildcards())),
        (Loss::SeveralLines, Always),
        (Loss::EmptyLines, Always),
        (Loss::EarlyErrors, Always),
        (Loss::PreflightForm, Always),
        (Loss::StrayHeaders, Always),
    ],
};

const MODEL: Model = Model {
    matches: |_| true,
    wildcards: Wildcards::Regex,
    origins_max: usize::MAX,
    methods: &[],
    lists_safelisted: false,
    any_method: AnyMethod::Star,
    any_header: AnyHeader::Star,
    headers_max: usize::MAX,
    exposes_any: true,
    max_age: 0..=0x7fff_ffff_ffff_ffff,
};

fn files(site: &Site<'_>) -> Vec<File> {
    let Some(plan) = site.plans.first() else { return Vec::new() };
    let name = resource_name(site);
    let middleware = Map::default().with("headers", headers(plan, &MODEL.cut(plan)));
    let dynamic =
        Map::default().with("middlewares", Map::default().with(name.clone(), middleware.clone()));
    let resource = Map::default()
        .with("apiVersion", "traefik.io/v1alpha1")
        .with("kind", "Middleware")
        .with("metadata", Map::default().with("name", name.clone()))
        .with("spec", middleware);
    // An empty list of origins means none here.
    vec![
        File {
            name: format!("{}.traefik.yaml", site.name),
            purpose: format!(
                "for the file provider: put the file into its directory, and name `{name}@file` first \
                 among the `middlewares` of each router"
            ),
            text: yaml(
                site,
                &format!(
                    "Put this file into the directory of the file provider. Name `{name}@file` first among the\n\
                     middlewares of each router, so that authentication does not stop preflights; but after\n\
                     `compress`, whose `Vary` would be lost."
                ),
                &Map::default().with("http", dynamic),
            ),
        },
        File {
            name: format!("{}.middleware.yaml", site.name),
            purpose: format!(
                "for Kubernetes: apply the file, and name `{name}` first among the `middlewares` of each \
                 route of an `IngressRoute`"
            ),
            text: yaml(
                site,
                &format!(
                    "Apply this resource in the namespace of the routes. Name `{name}` first among the\n\
                     middlewares of each route, so that authentication does not stop preflights; but after\n\
                     `compress`, whose `Vary` would be lost."
                ),
                &resource,
            ),
        },
    ]
}

fn headers(plan: &Plan<'_>, cut: &Cut) -> Map {
    let removed = STRIPPED.into_iter().fold(Map::default(), |map, name| map.with(name, ""));
    let headers = Map::default()
        .with_list("accessControlAllowOriginList", cut.origins.clone())
        .with_list("accessControlAllowOriginListRegex", cut.regexes.clone())
        .with("accessControlAllowCredentials", plan.credentials)
        .with_list("accessControlAllowMethods", cut.methods.clone())
        .with_list("accessControlAllowHeaders", cut.headers.clone())
        .with_list("accessControlExposeHeaders", cut.exposed.clone())
        .with("accessControlMaxAge", cut.max_age)
        .with_note(
            "The service behind may send CORS headers of its own: two of a kind make browsers refuse.",
            "customResponseHeaders",
            removed,
        );
    if plan.origins.is_none() {
        return headers;
    }
    headers.with_note("A cache must not mix up the answers.", "addVaryHeader", true)
}
