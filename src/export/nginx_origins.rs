//! nginx: the origins that the policies list.

use super::{
    Text, escape,
    nginx::{entry, matching},
    nginx_paths::Numbers,
    origins::{OriginList, OriginRegex},
    site::Site,
};

/// Writes `$SITE_origin`: the value of `Access-Control-Allow-Origin` if the origin decides alone.
pub(super) fn origin(text: &mut Text, site: &Site<'_>, numbers: &Numbers) {
    let variable = format!("${}_origin", site.name);
    text.blank();
    let lists: Vec<(String, &OriginList<'_>)> = numbers
        .filter(site, |_| true)
        .filter_map(|(number, plan)| Some((number, plan.origins.as_ref()?)))
        .collect();
    let constants: Vec<String> =
        numbers.filter(site, |plan| plan.origins.is_none()).map(|(number, _)| number).collect();
    if lists.is_empty() && !numbers.are_several() {
        text.comment("Every origin is allowed, by a constant.");
        text.map("", &variable, &["default \"*\";".to_owned()]);
        return;
    }
    text.comment("The request's origin, if it is allowed.");
    OriginMaps { numbers, lists, constants }.write(text, &variable, "$http_origin");
}

/// The maps of a variable that depends on the origin.
pub(super) struct OriginMaps<'p> {
    pub(super) numbers: &'p Numbers,
    /// For each policy.
    pub(super) lists: Vec<(String, &'p OriginList<'p>)>,
    /// The policies whose value is always `*`.
    pub(super) constants: Vec<String>,
}

/// The longest key that fits into a bucket of a map, whose size is 64 bytes by default.
const LONGEST_KEY: usize = 46;

impl OriginMaps<'_> {
    /// Sets `variable` to `value` if the origin is one of these. Otherwise it is empty.
    pub(super) fn write(&self, text: &mut Text, variable: &str, value: &str) {
        let source = format!("{}$http_origin", self.numbers.variable);
        let keys = self.keys();
        // The text of the second map: the result of the first one, a blank, and its text.
        let mut entries = Vec::new();
        let second = if keys.is_empty() {
            source.clone()
        } else {
            text.comment(
                "nginx looks keys up without regard to case, so the second map compares the texts again.\n\
                 A regex that is not anchored at both ends would allow look-alikes.",
            );
            let listed = format!("{variable}_key");
            text.map(&source, &listed, &keys);
            entries.push(matching(&format!(r"^({}[^ ]+) \1$", self.numbers.any()), value));
            format!("{listed} {source}")
        };
        let before = |number: &str| match (keys.is_empty(), number) {
            (true, number) => format!("^{number}"),
            (false, "") => "^[^ ]* ".to_owned(),
            (false, number) => format!("^(?:{number}[^ ]*)? {number}"),
        };
        for (number, list) in &self.lists {
            let texts = list.exact.iter().filter(|origin| !is_key(number, origin));
            let texts = texts.map(|origin| escape::regex(origin));
            for regex in texts.chain(list.wildcards.iter().map(OriginRegex::pcre)) {
                entries.push(matching(&format!("{}{regex}$", before(number)), value));
            }
        }
        entries.extend(self.constants.iter().map(|number| matching(&before(number), "*")));
        text.map(&second, variable, &entries);
    }

    /// Returns the entries for origins that nginx finds by their hash.
    fn keys(&self) -> Vec<String> {
        let keys = self.lists.iter().flat_map(|(number, list)| {
            let keys = list.exact.iter().filter(|origin| is_key(number, origin));
            keys.map(move |origin| format!("{number}{origin}"))
        });
        // No key contains a dollar sign.
        keys.map(|key| entry(&key, &escape::nginx_key(&key))).collect()
    }
}

/// Two keys of a map must differ in more than their case.
fn is_key(number: &str, origin: &str) -> bool {
    number.len() + origin.len() <= LONGEST_KEY
        && !origin.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'$')
}
