//! nginx: the path chooses a policy.

use super::{
    Text,
    nginx::{HEADERS, entry},
    plan::Plan,
    site::{Site, plain_pcre},
};

/// Writes `$SITE_policy`: the number of a policy, or `none`.
pub(super) fn choose(text: &mut Text, site: &Site<'_>) {
    let (Some(paths), name) = (&site.paths, &site.name) else { return };
    text.blank();
    text.list_plans(site);
    text.comment(
        "`$request_uri` is the path as it was sent: nginx resolves and decodes the others.\n\
         Empty unless all servers read the path in the same way.",
    );
    let plain = plain_pcre();
    text.map(
        "map $request_uri",
        &format!("${name}_path"),
        &[entry(&format!(r"^({plain})(?:\?|$)"), "$1"), entry(r"^\?", "/")],
    );
    let choices = paths.choices.iter().map(|choice| {
        let policy = choice.policy();
        entry(&choice.regex, &policy)
    });
    let entries: Vec<String> = ["default 0;".to_owned()].into_iter().chain(choices).collect();
    text.map(&format!("map ${name}_path"), &format!("${name}_policy"), &entries);
}

/// Writes the variables of the chosen policy.
pub(super) fn select(text: &mut Text, site: &Site<'_>) {
    if site.paths.is_none() {
        return;
    }
    text.blank();
    text.comment("The variables of the policy that the path chose.");
    variable(text, site, "status", "", |_| true);
    for header in &HEADERS {
        // Without a policy, what the service sent passes.
        let sent = header.name.to_ascii_lowercase().replace('-', "_");
        let passes = header.passes(site);
        let none = if passes { format!("$upstream_http_{sent}") } else { String::new() };
        if passes || site.any(|plan| header.is_sent(plan)) {
            variable(text, site, header.variable, &none, |plan| header.is_sent(plan));
        }
    }
}

fn variable(
    text: &mut Text,
    site: &Site<'_>,
    variable: &str,
    none: &str,
    has: impl Fn(&Plan<'_>) -> bool,
) {
    let mut entries = Vec::new();
    if site.leaves_paths() {
        entries.push(format!("none {};", if none.is_empty() { "\"\"" } else { none }));
    }
    for (index, plan) in site.plans.iter().enumerate().filter(|(_, plan)| has(plan)) {
        // If nginx cannot evaluate a regular expression, policy 0 denies.
        let key = if index == 0 { "default".to_owned() } else { index.to_string() };
        entries.push(format!("{key} ${}_{variable};", plan.name));
    }
    let name = &site.name;
    text.map(&format!("map ${name}_policy"), &format!("${name}_{variable}"), &entries);
}
