//! AWS API Gateway, HTTP API: for CloudFormation, and as an extension of OpenAPI.

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
    model::{AnyHeader, AnyMethod, Cut, Model, Wildcards, is_plain, no_wildcard},
    tree::Map,
    yaml,
};

pub(in super::super) static SERVER: Server = Server {
    name: "api-gateway",
    files,
    chooses_by_path: false,
    losses: &[
        (Loss::NotRejected, If(|plan| plan.rejection.is_some())),
        (Loss::ExposedHeaders, Entries(|plan| MODEL.cut(plan).omitted_exposed)),
        (Loss::OmittedOrigins, Entries(|plan| MODEL.cut(plan).omitted_origins)),
        (Loss::OmittedMethods, Entries(|plan| MODEL.cut(plan).omitted_methods)),
        (Loss::OmittedHeaders, Entries(|plan| MODEL.cut(plan).omitted_headers)),
        (Loss::MaxAge, If(|plan| MODEL.cut(plan).max_age != plan.max_age)),
        (Loss::NoVary, Always),
        (Loss::SeveralLines, Always),
        (Loss::EmptyLines, Always),
        (Loss::EarlyErrors, Always),
        (Loss::PreflightForm, Always),
        (Loss::StrayHeaders, Always),
    ],
};

const MODEL: Model = Model {
    matches: is_plain,
    wildcards: Wildcards::Texts(no_wildcard),
    origins_max: usize::MAX,
    methods: &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    lists_safelisted: true,
    any_method: AnyMethod::Star,
    any_header: AnyHeader::Star,
    headers_max: usize::MAX,
    exposes_any: true,
    max_age: 1..=86_400,
};

fn files(site: &Site<'_>) -> Vec<File> {
    files_of(site, &MODEL, |plan, cut| {
        let template = Map::default().with("CorsConfiguration", pascal(plan, cut));
        let extension = Map::default()
            .with("allowOrigins", cut.origins.clone())
            .with("allowCredentials", plan.credentials)
            .with_list("allowMethods", cut.methods.clone())
            .with_list("allowHeaders", cut.headers.clone())
            .with_list("exposeHeaders", cut.exposed.clone())
            .with("maxAge", cut.max_age);
        vec![
            File {
                name: format!("{}.api.yaml", site.name),
                purpose: "for CloudFormation: copy `CorsConfiguration` into the properties of the \
                          `AWS::ApiGatewayV2::Api`"
                    .to_owned(),
                text: yaml(
                    site,
                    "Copy this entry into the properties of the AWS::ApiGatewayV2::Api. If the route $default\n\
                     has an authorizer, add a route `OPTIONS /{proxy+}` without one.",
                    &template,
                ),
            },
            File {
                name: format!("{}.openapi.yaml", site.name),
                purpose: "for OpenAPI: copy `x-amazon-apigateway-cors` to the top level of the \
                          document"
                    .to_owned(),
                text: yaml(
                    site,
                    "Copy this entry to the top level of the OpenAPI document. If the route $default has an\n\
                     authorizer, add a route `OPTIONS /{proxy+}` without one.",
                    &Map::default().with("x-amazon-apigateway-cors", extension),
                ),
            },
        ]
    })
}

/// Returns the entries as CloudFormation names them, for a function URL too.
pub(super) fn pascal(plan: &Plan<'_>, cut: &Cut) -> Map {
    Map::default()
        .with("AllowOrigins", cut.origins.clone())
        .with("AllowCredentials", plan.credentials)
        .with_list("AllowMethods", cut.methods.clone())
        .with_list("AllowHeaders", cut.headers.clone())
        .with_list("ExposeHeaders", cut.exposed.clone())
        .with("MaxAge", cut.max_age)
}
