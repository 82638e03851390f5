//! AWS Lambda function URL, for CloudFormation.

use super::{
    super::{
        File,
        loss::Loss,
        losses::When::{Always, Entries, If},
        site::Site,
        target::Server,
    },
    api_gateway::pascal,
    files_of,
    model::{AnyHeader, AnyMethod, Model, Wildcards, is_plain, no_wildcard},
    tree::Map,
    yaml,
};

pub(in super::super) static SERVER: Server = Server {
    name: "lambda-url",
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
        (Loss::NoVary, Always),
        (Loss::SeveralLines, Always),
        (Loss::EmptyLines, Always),
        (Loss::EarlyErrors, Always),
        (Loss::PreflightForm, Always),
        (Loss::StrayHeaders, Always),
    ],
};

const MODEL: Model = Model {
    matches: |origin| is_plain(origin) && origin.len() <= 253,
    wildcards: Wildcards::Texts(no_wildcard),
    origins_max: 100,
    methods: &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    lists_safelisted: true,
    any_method: AnyMethod::Star,
    any_header: AnyHeader::StarAlone,
    headers_max: 100,
    exposes_any: true,
    max_age: 1..=86_400,
};

fn files(site: &Site<'_>) -> Vec<File> {
    files_of(site, &MODEL, |plan, cut| {
        vec![File {
            name: format!("{}.url.yaml", site.name),
            purpose:
                "for CloudFormation: copy `Cors` into the properties of the `AWS::Lambda::Url`"
                    .to_owned(),
            text: yaml(
                site,
                "Copy this entry into the properties of the AWS::Lambda::Url. The function must send no CORS\n\
                 headers: two of a kind make browsers refuse.",
                &Map::default().with("Cors", pascal(plan, cut)),
            ),
        }]
    })
}
