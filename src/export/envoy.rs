//! Envoy: filters for `http_filters`, and routes for each virtual host.
//!
//! Filters keep values under names that start with that of the site: `SITE.origin` and so on are those of the
//! policy that the path chose. A route of Envoy's cannot run code, so it compares these values.

use super::{
    File, Text,
    envoy_filter::{
        Condition,
        Runs::{self, Always, If, Never},
        append, kept,
    },
    envoy_reject, envoy_routes,
    escape::{self, envoy_format as quote_format},
    loss::Loss,
    losses::When,
    origins::{KNOWN_SCHEMES, OriginList, OriginRegex},
    plan::{NAME_BYTE, STRIPPED, names_re2},
    site::{Site, plain_re2},
    target::Server,
};

pub(super) static SERVER: Server = Server {
    name: "envoy",
    files,
    chooses_by_path: true,
    losses: &[
        (Loss::ExposedHeaders, When::If(|plan| plan.exposes_present_headers)),
        (Loss::ForwardedHosts, When::If(|plan| plan.trusts_forwarded_headers())),
        (Loss::MalformedOrigins, When::If(|plan| plan.has_wildcards())),
        (Loss::SeveralLines, When::If(|plan| plan.mirrors_method || plan.rejection.is_some())),
        (Loss::PassedLines, When::LeavesPaths),
        (Loss::InvalidNames, When::If(|plan| plan.mirrors_request_headers())),
        (Loss::EarlyErrors, When::Always),
    ],
};

fn files(site: &Site<'_>) -> Vec<File> {
    let name = &site.name;
    vec![
        File {
            name: format!("{name}.http_filters.yaml"),
            purpose: "paste these items into `http_filters`, before all of its other items"
                .to_owned(),
            text: filters(site),
        },
        File {
            name: format!("{name}.routes.yaml"),
            purpose: "paste these items into the `routes` of each virtual host, before all of its \
                      other items"
                .to_owned(),
            text: envoy_routes::routes(site),
        },
    ]
}

fn filters(site: &Site<'_>) -> String {
    let mut text = Text::new(site);
    text.comment(&format!(
        "\nPaste these items into `http_filters` of the HTTP connection manager, before all of its other\n\
         items, and those of {name}.routes.yaml into the routes. Envoy 1.38 or later.\n\n\
         They are for all virtual hosts. One that has no policy switches the headers off:\n\n\
         \ttyped_per_filter_config:\n\
         \t  {name}.headers: {{ \"@type\": type.googleapis.com/envoy.config.route.v3.FilterConfig, disabled: true }}\n\n\
         `clear_route_cache`: Envoy chooses a route before it runs filters, and the routes compare values\n\
         that the filters keep.",
        name = site.name
    ));
    choose(&mut text, site);
    too_many(&mut text, site);
    envoy_reject::own_host(&mut text, site);
    for (index, plan) in site.plans.iter().enumerate() {
        if plan.denies_all() && plan.rejection.is_none() {
            continue;
        }
        text.blank();
        text.comment_plan(site, index);
        origin(&mut text, site, index);
        mirror(&mut text, site, index);
        envoy_reject::rejected(&mut text, site, index);
    }
    headers(&mut text, site);
    answer(&mut text, site);
    text.text
}

/// Keeps `SITE.policy`: the number of a policy, or `none`.
fn choose(text: &mut Text, site: &Site<'_>) {
    let (Some(paths), name) = (&site.paths, &site.name) else { return };
    text.blank();
    text.list_plans(site);
    text.comment(
        "The path without its query. With `normalize_path` and `merge_slashes` of the HTTP connection\n\
         manager it is the normalized one, which the service gets too.",
    );
    let path = format!("{name}.path");
    text.keep(&path, Always, &[(path.clone(), escape::yaml("%PATH(NQ:PATH)%"))]);
    text.comment("The last filter that runs decides.");
    let policy = format!("{name}.policy");
    let choices = paths.choices.iter().rev();
    let choices = choices.map(|choice| {
        // Not the whole path.
        let expression = format!(r"\C*(?:{})\C*", choice.regex);
        (choice.plan, Condition::state(path.clone(), &expression))
    });
    let is_confusing = Condition::state(path.clone(), &plain_re2()).not();
    for (plan, condition) in choices.chain([(Some(0), is_confusing)]) {
        let (number, vary) = match plan {
            Some(index) => (index.to_string(), site.plans[index].vary.actual),
            None => ("none".to_owned(), ""),
        };
        let values =
            [(policy.clone(), escape::yaml(&number)), (format!("{name}.vary"), escape::yaml(vary))];
        text.keep(&policy, If(condition), &values);
    }
}

/// Returns the condition that the path chose a plan, together with another one.
pub(super) fn chosen(site: &Site<'_>, index: usize, condition: Option<Condition>) -> Runs {
    let policy = format!("{}.policy", site.name);
    let chosen = site.paths.as_ref().map(|_| Condition::state(policy, &index.to_string()));
    let conditions: Vec<Condition> = chosen.into_iter().chain(condition).collect();
    if conditions.is_empty() { Always } else { If(Condition::All(conditions)) }
}

/// A route has smaller limits for expressions.
fn too_many(text: &mut Text, site: &Site<'_>) {
    text.blank();
    text.comment("More than 1024 names or 16 KiB of them: no page asks for so many.");
    // RE2 repeats at most 1000 times.
    let names = r"(?:[^,]*,){1000}(?:[^,]*,){24}\C*".to_owned();
    let bytes = format!(r"{}\C{{385}}\C*", r"\C{1000}".repeat(16));
    let mut conditions =
        vec![Condition::header("access-control-request-headers", vec![names, bytes])];
    if site.leaves_paths() {
        conditions.push(Condition::state(format!("{}.policy", site.name), "none").not());
    }
    let key = format!("{}.too_many", site.name);
    text.keep(&key, If(Condition::All(conditions)), &[(key.clone(), escape::yaml("true"))]);
}

/// Returns whether the headers depend neither on the origin nor on the path.
pub(super) fn sends_constants(site: &Site<'_>) -> bool {
    site.paths.is_none() && site.any(|plan| plan.origins.is_none())
}

/// Keeps the values that depend on the origin.
fn origin(text: &mut Text, site: &Site<'_>, index: usize) {
    let (plan, name) = (&site.plans[index], &site.name);
    let (origin, condition) = match &plan.origins {
        Some(origins) if origins.is_empty() => return,
        Some(origins) => {
            text.comment(
                "If the origin is allowed, it is kept for the headers and for the routes. Several `Origin`\n\
                 lines are one text here, which matches nothing. An expression matches the whole text.",
            );
            ("%REQ(origin)%", Some(is_one_of(origins)))
        }
        None if sends_constants(site) => return,
        None => {
            text.comment("Every origin is allowed, by a constant.");
            ("*", None)
        }
    };
    let mut values = vec![
        (format!("{name}.origin"), escape::yaml(origin)),
        (format!("{name}.allowed"), escape::yaml("true")),
    ];
    if plan.credentials {
        values.push((format!("{name}.credentials"), escape::yaml("true")));
    }
    values.extend(plan.exposed.as_ref().map(|it| (format!("{name}.exposed"), quote_format(it))));
    text.keep(&format!("{}.origin", plan.name), chosen(site, index, condition), &values);
}

/// Returns a condition that is true for these origins.
pub(super) fn is_one_of(origins: &OriginList<'_>) -> Condition {
    let (of_other_schemes, others): (Vec<_>, Vec<_>) =
        origins.wildcards.iter().partition(|wildcard| wildcard.is_of_other_scheme);
    let exact = origins.exact.iter().map(|origin| escape::regex(origin));
    let expressions: Vec<String> = exact.chain(others.into_iter().map(OriginRegex::re2)).collect();
    let mut alternatives = Vec::new();
    if !expressions.is_empty() {
        alternatives.push(Condition::header("origin", expressions));
    }
    for wildcard in of_other_schemes {
        let is_known = Condition::header("origin", vec![format!("{KNOWN_SCHEMES}.*")]);
        let is_other = Condition::header("origin", vec![wildcard.re2()]);
        alternatives.push(Condition::All(vec![is_other, is_known.not()]));
    }
    Condition::Any(alternatives)
}

/// Keeps the values that depend on the requested method and on the requested names.
fn mirror(text: &mut Text, site: &Site<'_>, index: usize) {
    let plan = &site.plans[index];
    if let (true, Some(methods)) = (plan.mirrors_method, &plan.methods) {
        let header = "access-control-request-method";
        text.comment("The usual methods, and the requested one if it is another.");
        let usual = methods.split(", ").map(escape::regex);
        let usual = usual.chain(["(?i:CONNECT|TRACE|TRACK)".to_owned()]).collect();
        let is_usual = Condition::header(header, usual);
        let is_name = Condition::header(header, vec![format!("{NAME_BYTE}{{1,128}}")]);
        let is_other = Condition::All(vec![is_name, is_usual.not()]);
        let value = escape::yaml(&format!("{methods}, %REQ({header})%"));
        text.keep(
            &format!("{}.methods", plan.name),
            chosen(site, index, Some(is_other)),
            &[(format!("{}.methods", site.name), value)],
        );
    }
    if plan.mirrors_request_headers() {
        let header = "access-control-request-headers";
        // `*` would not cover `Authorization`, and nothing with credentials.
        text.comment("The requested names, if all of them are names.");
        let are_names = Condition::header(header, vec![names_re2()]);
        text.keep(
            &format!("{}.names", plan.name),
            chosen(site, index, Some(are_names)),
            &[(format!("{}.names", site.name), escape::yaml(&format!("%REQ({header})%")))],
        );
    }
}

const HEADER_MUTATION: &str = "header_mutation.v3.HeaderMutation";

fn headers(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    let removed = STRIPPED.map(|header| format!("- remove: {}", header.to_lowercase()));
    let mutations =
        |items: &[String]| format!("mutations:\n  response_mutations:\n  {}", items.join("\n  "));
    let mut items = if site.leaves_paths() { Vec::new() } else { removed.to_vec() };
    let mut add = |header: &str, value: &str| items.push(append(header, value));
    let value = |key: &str, constant: Option<&String>| match constant {
        Some(constant) if sends_constants(site) => quote_format(constant),
        _ => kept(&format!("{name}.{key}")),
    };
    add("access-control-allow-origin", &value("origin", Some(&"*".to_owned())));
    if site.any(|plan| plan.credentials) {
        add("access-control-allow-credentials", &value("credentials", None));
    }
    if let Some(names) = site.plans.iter().find_map(|plan| plan.exposed.as_ref()) {
        add("access-control-expose-headers", &value("exposed", Some(names)));
    }
    match &site.paths {
        Some(_) => add("vary", &kept(&format!("{name}.vary"))),
        None if site.any(|plan| !plan.vary.actual.is_empty()) => add("vary", "\"Origin\""),
        None => {}
    }
    let strip =
        "The service behind may send CORS headers of its own: two of a kind make browsers refuse.";
    text.blank();
    text.comment(
        "On every response, also those that Envoy makes. An empty value adds no header. `Vary` also if the\n\
         origin is refused or missing: a cache must not mix up the answers.",
    );
    if !site.leaves_paths() {
        text.comment(strip);
    }
    text.filter(&format!("{name}.headers"), Always, HEADER_MUTATION, &mutations(&items));
    if site.leaves_paths() {
        text.comment(strip);
        let has_policy = Condition::state(format!("{name}.policy"), "none").not();
        text.filter(
            &format!("{name}.strip"),
            If(has_policy),
            HEADER_MUTATION,
            &mutations(&removed),
        );
    }
}

/// Answers the requests of the routes. The last router would be too late.
fn answer(text: &mut Text, site: &Site<'_>) {
    let name = &site.name;
    text.blank();
    text.comment(&format!(
        "Before authentication, because a preflight carries no credentials. This router is for the routes\n\
         of {name}.routes.yaml alone, which switch it on: other requests go on to the filters below."
    ));
    text.filter(&format!("{name}.answer"), Never, "router.v3.Router", "");
}
