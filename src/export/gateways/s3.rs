//! Amazon S3: a rule of a bucket, for CloudFormation and for the API.

use super::{
    super::{
        File,
        loss::Loss,
        losses::When::{Always, Entries, If},
        plan::Plan,
        site::Site,
        target::Server,
    },
    files_of,
    model::{AnyHeader, AnyMethod, Cut, Model, Wildcards, is_plain, plain_subdomains},
    tree::Map,
    yaml,
};
use crate::{
    export::generated,
    origin::{OriginPattern, Port, Wildcard},
};

pub(in super::super) static SERVER: Server = Server {
    name: "s3",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::NotRejected, If(|plan| plan.rejection.is_some())),
        (Loss::ExposedHeaders, Entries(|plan| MODEL.cut(plan).omitted_exposed)),
        (Loss::OmittedOrigins, Entries(|plan| MODEL.cut(plan).omitted_origins)),
        (Loss::WiderOrigins, Entries(wider)),
        (Loss::OmittedMethods, Entries(|plan| MODEL.cut(plan).omitted_methods)),
        (Loss::AddedCredentials, If(|plan| plan.origins.is_some() && !plan.credentials)),
        (Loss::MaxAge, If(|plan| MODEL.cut(plan).max_age != plan.max_age)),
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
    wildcards: Wildcards::Texts(wildcard),
    origins_max: usize::MAX,
    methods: &["GET", "HEAD", "POST", "PUT", "DELETE"],
    // S3 sends no headers if the method is not listed.
    lists_safelisted: true,
    any_method: AnyMethod::Never,
    any_header: AnyHeader::Mirrored,
    headers_max: usize::MAX,
    exposes_any: false,
    max_age: 1..=0x7fff_ffff,
};

/// A `*` stands for any text, and an origin has one at most.
fn wildcard(pattern: &OriginPattern) -> Vec<String> {
    let (text, parts) = (pattern.as_str(), pattern.parts());
    match (parts.wildcard, parts.port) {
        // Without a port, and with one.
        (Wildcard::None, Port::Any) if is_plain(text.trim_end_matches(":*")) => {
            vec![text.trim_end_matches(":*").to_owned(), text.to_owned()]
        }
        (Wildcard::Label { .. }, Port::Default | Port::Number(_))
            if is_plain(&text.replace('*', "")) =>
        {
            vec![text.to_owned()]
        }
        _ => plain_subdomains(pattern),
    }
}

/// Part of a label can be any text there, with dots too.
fn wider(plan: &Plan<'_>) -> Vec<String> {
    let wildcards = plan.origins.iter().flat_map(|list| &list.wildcards);
    let patterns = wildcards.filter_map(|wildcard| wildcard.pattern);
    let is_wider = |pattern: &&OriginPattern| {
        matches!(pattern.parts().wildcard, Wildcard::Label { .. }) && !wildcard(pattern).is_empty()
    };
    patterns.filter(is_wider).map(|pattern| format!("{:?}", pattern.as_str())).collect()
}

fn files(site: &Site<'_>) -> Vec<File> {
    files_of(site, &MODEL, |_, cut| {
        // JSON has no comments.
        let id = generated(site);
        let rule = Map::default()
            .with("Id", id.clone())
            .with("AllowedOrigins", cut.origins.clone())
            .with("AllowedMethods", cut.methods.clone())
            .with_list("AllowedHeaders", cut.headers.clone())
            .with_list("ExposedHeaders", cut.exposed.clone())
            .with("MaxAge", cut.max_age);
        let configuration = Map::default().with("CorsRules", vec![rule]);
        vec![
            File {
                name: format!("{}.bucket.yaml", site.name),
                purpose: "for CloudFormation: copy `CorsConfiguration` into the properties of the \
                          `AWS::S3::Bucket`"
                    .to_owned(),
                text: yaml(
                    site,
                    "Copy this entry into the properties of the AWS::S3::Bucket.",
                    &Map::default().with("CorsConfiguration", configuration),
                ),
            },
            File {
                name: format!("{}.bucket.json", site.name),
                purpose: format!(
                    "for the command line: aws s3api put-bucket-cors --bucket <name> \
                          --cors-configuration file://{}.bucket.json",
                    site.name
                ),
                text: Map::default().with("CORSRules", vec![of_api(&id, cut)]).to_json(),
            },
        ]
    })
}

/// Returns the rule as the API names its entries.
fn of_api(id: &str, cut: &Cut) -> Map {
    Map::default()
        .with("ID", id)
        .with("AllowedOrigins", cut.origins.clone())
        .with("AllowedMethods", cut.methods.clone())
        .with_list("AllowedHeaders", cut.headers.clone())
        .with_list("ExposeHeaders", cut.exposed.clone())
        .with("MaxAgeSeconds", cut.max_age)
}
