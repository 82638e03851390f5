//! Patterns and origins at random: few building bricks, so that they come close to each other.

#![allow(dead_code)] // each test target takes what it needs

use proptest::{prelude::*, sample::Index};

use crate::twin;

const SCHEMES: [&str; 9] =
    ["https", "https", "https", "http", "http", "chrome-extension", "tauri", "a+b-c.9", "ftp"];
const DOMAINS: [&str; 22] = [
    "a.b",
    "b.a",
    "ab.a",
    "a.ab",
    "a.b.a",
    "b.a.b.a",
    "foo.com",
    "bar.com",
    "barfoo.com",
    "foo.com.",
    "bar.foo.com",
    "foo.com.bar.com",
    "example.co.uk",
    "evil.example",
    "x-1.example",
    "_a.my_host.example",
    "r3---sn-x.example",
    "xn--bcher-kva.example",
    "-a-.1x.x1",
    "api.localhost",
    "localhost",
    "localhost",
];
const OTHER_HOSTS: [&str; 11] = [
    "a",
    "com",
    "intranet",
    "2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
    "127.0.0.1",
    "10.0.0.1",
    "1.2.3.255",
    "[::1]",
    "[fe80::1]",
    "[2001:db8::1:0:0:1]",
    "[::ffff:7f00:1]",
];
const PORTS: [&str; 11] = ["", "", "", "", ":1", ":21", ":80", ":443", ":3000", ":30001", ":65535"];
/// Around the `*` of a label.
const PREFIXES: [&str; 6] = ["", "a", "app-", "foo", "-", "x"];
const SUFFIXES: [&str; 5] = ["", "b", "-team", "--site", "-"];
const LABELS: [&str; 10] =
    ["a", "b", "x.y", "foo", "com", "evil", "1", "_", "a.b.a", "xn--bcher-kva"];
/// What cannot stand in front of a domain, and what cannot be a port.
const ODD_LABELS: [&str; 7] = ["", "*", "*.a", "a.*", "xn--f", "evil.com/", "@"];
const ODD_PORTS: [&str; 9] =
    [":*", ":", ":0", ":65536", ":03000", ":+1", ":3000:3000", ":3000/", ":a"];

/// A correct pattern of any kind.
pub fn pattern() -> impl Strategy<Value = String> {
    let domain = prop::sample::select(&DOMAINS[..]);
    let host = prop_oneof![
        3 => domain.clone().prop_map(str::to_owned),
        1 => prop::sample::select(&OTHER_HOSTS[..]).prop_map(str::to_owned),
        3 => domain.clone().prop_map(|domain| format!("*.{domain}")),
        2 => (prop::sample::select(&PREFIXES[..]), prop::sample::select(&SUFFIXES[..]), domain)
            .prop_map(|(prefix, suffix, domain)| format!("{prefix}*{suffix}.{domain}")),
    ];
    let port = prop_oneof![3 => prop::sample::select(&PORTS[..]), 1 => Just(":*")];
    let text = (prop::sample::select(&SCHEMES[..]), host, port)
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"));
    // A default port is none
    let text = text.prop_map(|text| {
        let without = [":80", ":443", ":21"].iter().find_map(|port| text.strip_suffix(port));
        if twin::is_pattern(&text) { text } else { without.unwrap_or(&text).to_owned() }
    });
    let whole_scheme = prop::sample::select(&SCHEMES[5..8]).prop_map(|it| format!("{it}://*"));
    prop_oneof![20 => text, 1 => whole_scheme]
}

/// From none to `most` patterns.
pub fn patterns(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        1 => prop::collection::vec(pattern(), 0..=1),
        1 => prop::collection::vec(pattern(), 2..=6),
        1 => prop::collection::vec(pattern(), 0..=most),
    ]
}

/// A way from a pattern to a text that it matches, or nearly.
#[derive(Debug, Clone)]
pub struct Probe {
    pattern: Index,
    labels: &'static str,
    port: &'static str,
    changes: Vec<Change>,
}

/// What is changed, where, and into what.
pub type Change = (u8, Index, u8, &'static str);

pub fn probe() -> impl Strategy<Value = Probe> {
    let select = |usual: &'static [_], odd: &'static [_]| {
        let (usual, odd) = (prop::sample::select(usual), prop::sample::select(odd));
        prop_oneof![5 => usual, 1 => odd]
    };
    let (labels, port) = (select(&LABELS, &ODD_LABELS), select(&PORTS, &ODD_PORTS));
    let changes = prop_oneof![
        3 => Just(Vec::new()),
        3 => prop::collection::vec(change(), 1),
        1 => prop::collection::vec(change(), 2..4),
    ];
    (any::<Index>(), labels, port, changes).prop_map(|(pattern, labels, port, changes)| Probe {
        pattern,
        labels,
        port,
        changes,
    })
}

pub fn change() -> impl Strategy<Value = Change> {
    let byte = prop::sample::select(b"ab.1-_:/?#@*[]%\\ ,A~\t".as_slice());
    (0..27_u8, any::<Index>(), byte, prop::sample::select(&LABELS[..]))
}

impl Probe {
    pub fn near<S: AsRef<str>>(&self, patterns: &[S]) -> String {
        let mut text = "https://foo.com".to_owned();
        if !patterns.is_empty() {
            text = self
                .pattern
                .get(patterns)
                .as_ref()
                .replace("://*.", &format!("://{}.", self.labels));
        }
        if let Some(start) = text.strip_suffix(":*") {
            text = format!("{start}{}", self.port);
        }
        text = text.replace('*', self.labels);
        for change in &self.changes {
            text = changed(&text, change);
        }
        text
    }
}

/// The text (which is ASCII) after one change.
pub fn changed(text: &str, &(kind, at, byte, word): &Change) -> String {
    let Some(parts) = twin::split(text) else {
        return format!("https://{text}");
    };
    let (scheme, host) = (parts.scheme, parts.host);
    let port = parts.port.map(|port| format!(":{port}")).unwrap_or_default();
    let (before, after) = text.split_at(at.index(text.len() + 1));
    let next = after.get(1..).unwrap_or_default();
    let other = char::from(byte);
    let host = match kind {
        0 => return format!("{before}{other}{next}"),
        1 => return format!("{before}{other}{after}"),
        2 => return format!("{before}{next}"),
        3 => {
            return format!("{before}{}{next}", after.get(..1).unwrap_or("a").to_ascii_uppercase());
        }
        4 => return format!("{scheme}://{host}{}", PORTS[at.index(PORTS.len())]),
        5 => return format!("{}://{host}{port}", SCHEMES[at.index(SCHEMES.len())]),
        6 => return format!("{text}/"),
        7 => return format!("{text}, {text}"),
        8 => return format!("{text},https://evil.example"),
        9 => return format!("https://evil.example {text}"),
        10 => return format!("{text}.{word}"),
        11 => return text.to_ascii_uppercase(),
        12 => return format!("{text}{port}"),
        13 => return host.to_owned(),
        14 => format!("{word}.{host}"),
        15 => host.split_once('.').map_or("", |(_, rest)| rest).to_owned(),
        16 => format!("evil{host}"),
        17 => format!("{host}.evil.example"),
        18 => format!("{host}."),
        19 => format!("evil.example/.{host}"),
        20 => format!("evil.example{other}.{host}"),
        21 => format!("user@{host}"),
        22 => format!(".{host}"),
        // Around the limits of a label (63 bytes) and of a host (253)
        23 => format!("{}.{host}", "a".repeat(60 + at.index(6))),
        24 => format!("{}{}.{host}", "aaa.".repeat(58), "a".repeat(at.index(24))),
        25 => format!("xn--{}.{host}", word.replace('.', "-")),
        _ => host.replacen('.', "..", 1),
    };
    format!("{scheme}://{host}{port}")
}
