//! Amazon CloudFront, for CloudFormation: a response headers policy, a cache policy, and the lines of a
//! cache behavior.

use super::{
    super::{
        File,
        loss::Loss,
        losses::When::{Always, Entries, If},
        plan::Plan,
        site::Site,
        target::Server,
    },
    NEUTRAL_HEADER, files_of,
    model::{AnyHeader, AnyMethod, Cut, Model, Wildcards, is_plain, plain_subdomains},
    resource_name, stripped,
    tree::Map,
    yaml,
};
use crate::export::generated;

/// The methods that CloudFront knows. A cache behavior allows all of them, or `GET`, `HEAD` and `OPTIONS`.
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"];

pub(in super::super) static SERVER: Server = Server {
    name: "cloudfront",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::NotRejected, If(|plan| plan.rejection.is_some())),
        (Loss::ExposedHeaders, Entries(|plan| MODEL.cut(plan).omitted_exposed)),
        (Loss::OmittedOrigins, Entries(omitted)),
        (Loss::OmittedMethods, Entries(|plan| MODEL.cut(plan).omitted_methods)),
        (Loss::OmittedHeaders, Entries(|plan| MODEL.cut(plan).omitted_headers)),
        (Loss::MaxAge, If(|plan| MODEL.cut(plan).max_age != plan.max_age)),
        (Loss::PreflightForwarded, Always),
        (Loss::NoVary, Always),
        (Loss::MalformedOrigins, If(|plan| plan.has_wildcards())),
        (Loss::SeveralLines, Always),
        (Loss::EmptyLines, Always),
        (Loss::EarlyErrors, Always),
        (Loss::PreflightForm, Always),
        (Loss::StrayHeaders, Always),
    ],
};

const MODEL: Model = Model {
    matches: is_plain,
    wildcards: Wildcards::Texts(plain_subdomains),
    origins_max: usize::MAX,
    methods: &METHODS,
    // The list must not be empty.
    lists_safelisted: true,
    any_method: AnyMethod::Never,
    any_header: AnyHeader::StarAlone,
    headers_max: usize::MAX,
    exposes_any: true,
    max_age: 1..=0x7fff_ffff,
};

/// The documentation does not tell how many labels `*` stands for.
fn omitted(plan: &Plan<'_>) -> Vec<String> {
    let cut = MODEL.cut(plan);
    let wildcards = cut.origins.iter().filter(|origin| origin.contains("*."));
    let several = wildcards.map(|wildcard| format!("{wildcard:?} with several labels"));
    cut.omitted_origins.iter().cloned().chain(several).collect()
}

fn files(site: &Site<'_>) -> Vec<File> {
    files_of(site, &MODEL, |plan, cut| {
        let name = resource_name(site);
        let (headers_id, cache_id) = (id(&name, "ResponseHeadersPolicy"), id(&name, "CachePolicy"));
        // The names are those of an account.
        let named = Map::default()
            .with("Name", format!("{name}-{:016x}", site.hash))
            .with("Comment", generated(site));
        let resources = Map::default()
            .with(
                headers_id.clone(),
                resource(
                    "AWS::CloudFront::ResponseHeadersPolicy",
                    "ResponseHeadersPolicyConfig",
                    response_headers(named.clone(), cut, plan.credentials),
                ),
            )
            .with(
                cache_id.clone(),
                resource("AWS::CloudFront::CachePolicy", "CachePolicyConfig", cache(named)),
            );
        let behavior = Map::default()
            .with("AllowedMethods", METHODS.to_vec())
            .with("CachedMethods", METHODS[..3].to_vec())
            .with("CachePolicyId", Map::default().with("Ref", cache_id))
            .with("ResponseHeadersPolicyId", Map::default().with("Ref", headers_id));
        vec![
            File {
                name: format!("{}.cloudfront.yaml", site.name),
                purpose: "for CloudFormation: copy the two resources into the template".to_owned(),
                text: yaml(
                    site,
                    "Copy these two resources into the template. The cache behaviors refer to them.",
                    &Map::default().with("Resources", resources),
                ),
            },
            File {
                name: format!("{}.behavior.yaml", site.name),
                purpose:
                    "for CloudFormation: copy these entries into `DefaultCacheBehavior` of the \
                          `AWS::CloudFront::Distribution`, and into each of its `CacheBehaviors`"
                        .to_owned(),
                text: yaml(
                    site,
                    "Copy these entries into DefaultCacheBehavior of the AWS::CloudFront::Distribution, and into\n\
                     each of its CacheBehaviors. Preflights reach the service, which must answer them.",
                    &behavior,
                ),
            },
        ]
    })
}

/// Returns the name of a resource in the template, which consists of letters and digits.
fn id(name: &str, kind: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    words.chain([kind.to_owned()]).collect()
}

fn resource(kind: &'static str, key: &'static str, configuration: Map) -> Map {
    Map::default().with("Type", kind).with("Properties", Map::default().with(key, configuration))
}

fn response_headers(named: Map, cut: &Cut, credentials: bool) -> Map {
    let items = |items: Vec<String>| Map::default().with("Items", items);
    let headers = match cut.headers.as_slice() {
        [] => vec![NEUTRAL_HEADER.to_owned()],
        headers => headers.to_vec(),
    };
    let mut cors = Map::default()
        .with("AccessControlAllowOrigins", items(cut.origins.clone()))
        .with("AccessControlAllowCredentials", credentials)
        .with("AccessControlAllowMethods", items(cut.methods.clone()))
        .with("AccessControlAllowHeaders", items(headers));
    if !cut.exposed.is_empty() {
        cors = cors.with("AccessControlExposeHeaders", items(cut.exposed.clone()));
    }
    let removed = stripped().into_iter().map(|name| Map::default().with("Header", name));
    named
        .with(
            "CorsConfig",
            cors.with("AccessControlMaxAgeSec", cut.max_age).with("OriginOverride", true),
        )
        .with_note(
            "The service behind may send CORS headers of its own, also to other origins. They are\n\
             removed before those above are added.",
            "RemoveHeadersConfig",
            Map::default().with("Items", removed.collect::<Vec<_>>()),
        )
}

/// Keeps responses as long as the service says, apart for each origin.
fn cache(named: Map) -> Map {
    let headers = [
        "Origin",
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
        "Authorization",
    ];
    let parameters = Map::default()
        .with("CookiesConfig", Map::default().with("CookieBehavior", "all"))
        .with_note(
            "The service sees these headers alone, unless an origin request policy adds others.",
            "HeadersConfig",
            Map::default().with("HeaderBehavior", "whitelist").with("Headers", headers.to_vec()),
        )
        .with("QueryStringsConfig", Map::default().with("QueryStringBehavior", "all"))
        .with("EnableAcceptEncodingBrotli", true)
        .with("EnableAcceptEncodingGzip", true);
    named
        .with_note("`Cache-Control` of the service decides.", "DefaultTTL", 0)
        .with("MinTTL", 0)
        .with("MaxTTL", 31_536_000)
        .with("ParametersInCacheKeyAndForwardedToOrigin", parameters)
}
