//! nginx: the path chooses a policy.

use super::{
    Text,
    nginx::matching,
    plan::Plan,
    site::{Site, plain_re2},
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
    // The linter of nginx files cannot read the expression for PCRE.
    text.map(
        "$request_uri",
        &format!("${name}_path"),
        &[matching(&format!(r"^({})(?:\?|$)", plain_re2()), "$1"), matching(r"^\?", "/")],
    );
    let choices = paths.choices.iter().map(|choice| matching(&choice.regex, &choice.policy()));
    let entries: Vec<String> = ["default 0;".to_owned()].into_iter().chain(choices).collect();
    text.map(&format!("${name}_path"), &format!("${name}_policy"), &entries);
}

/// The number of a policy, with a blank, at the start of the text that a map compares. It is empty if there is
/// one policy, for all paths.
pub(super) struct Numbers {
    /// The variable at the start of the text, with the blank.
    pub(super) variable: String,
}

impl Numbers {
    pub(super) fn new(site: &Site<'_>) -> Self {
        let variable = site.paths.as_ref().map(|_| format!("${}_policy ", site.name));
        Self { variable: variable.unwrap_or_default() }
    }

    pub(super) fn are_several(&self) -> bool {
        !self.variable.is_empty()
    }

    /// Returns a regular expression for any number.
    pub(super) fn any(&self) -> &'static str {
        if self.are_several() { "[0-9]+ " } else { "" }
    }

    /// Returns the policies for which this is true, each with its number.
    pub(super) fn filter<'s, 'p>(
        &self,
        site: &'s Site<'p>,
        is_so: impl Fn(&Plan<'p>) -> bool,
    ) -> impl Iterator<Item = (String, &'s Plan<'p>)> {
        let are_several = self.are_several();
        let plans = site.plans.iter().enumerate().filter(move |(_, plan)| is_so(plan));
        plans.map(move |(index, plan)| {
            (if are_several { format!("{index} ") } else { String::new() }, plan)
        })
    }
}
