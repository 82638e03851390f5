//! No text of a policy ends a quotation: the exported text has the same shape, whatever the texts are.

use std::collections::BTreeSet;

use super::{Loss, Target};
use crate::{BuildError, CorsBuilder, CorsLayer, Enforcement, Policy};

/// The texts of a policy, by setter.
#[derive(Debug, Default, PartialEq, Eq)]
struct Texts {
    methods: Vec<String>,
    headers: Vec<String>,
    exposed: Vec<String>,
    opaque: Vec<String>,
    origins: Vec<String>,
}

impl Texts {
    fn builder(&self) -> CorsBuilder {
        let all = || self.opaque.iter().chain(&self.origins);
        // Pages of a service have `http` or `https`.
        let pages = all().filter(|origin| origin.starts_with("https:") && !origin.contains('*'));
        let senders = all().filter(|origin| !self.opaque.contains(origin));
        CorsLayer::builder()
            .allow_origins(["https://app.example.com"])
            .allow_origins(&self.origins)
            .dangerous_allow_opaque_origins(&self.opaque)
            .allow_methods(&self.methods)
            .allow_headers(&self.headers)
            .expose_headers(&self.exposed)
            .enforcement(Enforcement::Reject)
            .own_origins(pages)
            .trusted_senders(senders)
    }

    /// Returns texts of the same number. Each has the bytes for which targets choose another form.
    fn harmless(&self) -> Self {
        let numbered = |texts: &[String], start: &str| {
            (0..texts.len()).map(|number| format!("{start}{number}")).collect()
        };
        let origins = self.origins.iter().enumerate();
        Self {
            methods: numbered(&self.methods, NAME),
            headers: numbered(&self.headers, NAME),
            exposed: numbered(&self.exposed, NAME),
            opaque: numbered(&self.opaque, OPAQUE),
            origins: origins
                .map(|(number, origin)| {
                    let wildcard = if origin.contains('*') { "*." } else { "" };
                    format!("https://{wildcard}h{number}.example.com")
                })
                .collect(),
        }
    }
}

const NAME: &str = "x$%";
const OPAQUE: &str = "app://A${%";

/// Whatever has a meaning in some language, and what has none.
const HOSTILE: &str = "\"'\\;{}$#\n%`<>&!()*+,-./:=?@[]^_|~ aZ09\u{e9}";

#[test]
fn no_text_ends_a_quotation() -> Result<(), BuildError> {
    let mut random = Random(13);
    let (mut used, mut refused) = (0, 0);
    for _ in 0..200 {
        let mut texts = Texts::default();
        for _ in 0..12 {
            let text: String = (0..=random.below(6)).map(|_| random.char(HOSTILE)).collect();
            let candidates = [
                Texts { methods: vec![format!("{NAME}{text}")], ..Texts::default() },
                Texts { headers: vec![format!("{NAME}{text}")], ..Texts::default() },
                Texts { exposed: vec![format!("{NAME}{text}")], ..Texts::default() },
                Texts { opaque: vec![format!("{OPAQUE}{text}")], ..Texts::default() },
                Texts { origins: vec![format!("https://{text}.example.com")], ..Texts::default() },
            ];
            for candidate in candidates {
                // The builder refuses most of them. What it accepts, each target has to quote.
                if candidate.builder().build_policy().is_ok() {
                    used += 1;
                    texts.methods.extend(candidate.methods);
                    texts.headers.extend(candidate.headers);
                    texts.exposed.extend(candidate.exposed);
                    texts.opaque.extend(candidate.opaque);
                    texts.origins.extend(candidate.origins);
                } else {
                    refused += 1;
                }
            }
        }
        for list in [
            &mut texts.methods,
            &mut texts.headers,
            &mut texts.exposed,
            &mut texts.opaque,
            &mut texts.origins,
        ] {
            // The policy writes each name once, without regard to case.
            let mut known = BTreeSet::new();
            list.retain(|text| known.insert(text.to_ascii_lowercase()));
        }
        let (hostile, harmless) =
            (texts.builder().build_policy()?, texts.harmless().builder().build_policy()?);
        for language in &LANGUAGES {
            let (hostile, harmless) = (language.shape_of(&hostile), language.shape_of(&harmless));
            assert!(harmless.is_some(), "{}", language.target);
            assert_eq!(hostile, harmless, "{}, {texts:?}", language.target);
        }
    }
    assert!(used > 1000 && refused > 1000, "{used} are used, {refused} refused");
    Ok(())
}

/// The quotations of a target's language.
struct Language {
    target: &'static str,
    /// The start, the end, and the sign that takes the meaning from the next one.
    quotations: &'static [(&'static str, &'static str, Option<char>)],
}

const LANGUAGES: [Language; 8] = [
    Language { target: "apache", quotations: &[("\"", "\"", Some('\\'))] },
    Language { target: "caddy", quotations: &[("\"", "\"", Some('\\')), ("`", "`", None)] },
    Language { target: "envoy", quotations: &[("\"", "\"", Some('\\'))] },
    Language { target: "haproxy", quotations: &[("'", "'", None), ("\"", "\"", Some('\\'))] },
    Language { target: "istio", quotations: &[("\"", "\"", Some('\\'))] },
    Language { target: "nginx", quotations: &[("\"", "\"", Some('\\')), ("'", "'", Some('\\'))] },
    Language { target: "traefik", quotations: &[("\"", "\"", Some('\\'))] },
    Language { target: "varnish", quotations: &[("{\"", "\"}", None), ("\"", "\"", None)] },
];

impl Language {
    /// Returns the lines of all files with `S` for each quotation, or `None` if one does not end in its
    /// line. Comments are not read.
    fn shape_of(&self, policy: &Policy) -> Option<Vec<String>> {
        let target = Loss::ALL.into_iter().fold(Target::from_name(self.target)?, Target::accept);
        let export = policy.export(&target).ok()?;
        // A line that ends with a backslash continues in the next one.
        let texts: String =
            export.files().iter().map(|file| file.text().replace("\\\n", "")).collect();
        let code = texts.lines().filter(|line| !line.trim_start().starts_with('#'));
        code.map(|line| self.shape(line)).collect()
    }

    fn shape(&self, line: &str) -> Option<String> {
        let mut shape = String::new();
        let mut rest = line;
        while let Some(char) = rest.chars().next() {
            let quotation = self.quotations.iter().find(|(start, ..)| rest.starts_with(start));
            if let Some((start, end, escape)) = quotation {
                rest = after_quotation(&rest[start.len()..], end, *escape)?;
                shape.push('S');
            } else if let Some(more) = rest.strip_prefix("\\'") {
                // HAProxy has an apostrophe between two quotations.
                rest = more;
                shape.push('+');
            } else {
                rest = &rest[char.len_utf8()..];
                shape.push(char);
            }
        }
        while let Some(at) = shape.find("S+S") {
            shape.replace_range(at..at + 2, "");
        }
        Some(shape)
    }
}

fn after_quotation<'t>(text: &'t str, end: &str, escape: Option<char>) -> Option<&'t str> {
    let mut rest = text;
    while !rest.starts_with(end) {
        let mut chars = rest.chars();
        if chars.next()? == escape.unwrap_or('\n') {
            chars.next()?;
        }
        rest = chars.as_str();
    }
    rest.get(end.len()..)
}

/// A generator of numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's constants. The low bits are the same too often.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }

    fn char(&mut self, from: &str) -> char {
        from.chars().nth(self.below(from.chars().count())).unwrap_or_default()
    }
}
