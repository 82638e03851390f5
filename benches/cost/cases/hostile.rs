//! Requests that try to be expensive for the server, but cheap for the sender.

use http::{
    HeaderMap, HeaderName, Method,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, COOKIE, ORIGIN, VARY,
    },
};

use super::{
    Case, Policy, Target,
    workloads::{
        ALLOWED, HIT, Line, MISS, PREFLIGHT, PREFLIGHT_ALLOWED, PREFLIGHT_REFUSED, REFUSED, actual,
        constants, owned,
    },
};

/// Hostile requests, and the ordinary request with which they are compared.
pub struct Group {
    pub ordinary: Case,
    pub hostile: Vec<Case>,
}

/// The highest cost of a hostile request, as a multiple of the ordinary one.
const MOST: f64 = 4.0;

const KIB: usize = 1024;

pub fn cases() -> Vec<Case> {
    let groups = groups().into_iter();
    groups.flat_map(|group| [group.ordinary].into_iter().chain(group.hostile)).collect()
}

pub fn groups() -> [Group; 5] {
    [refused(), allowed(), patterns(), preflights(), mirrored()]
}

fn refused() -> Group {
    let list = Policy::List(10);
    let look_alikes = Policy::LookAlikes;
    Group {
        ordinary: ordinary("an origin, refused", list, &[MISS], REFUSED),
        hostile: vec![
            with_origin("an origin of 64 KiB", list, "h".repeat(64 * KIB), REFUSED),
            with_origin(
                "one that differs in its last byte",
                list,
                "https://app7.example.con".into(),
                REFUSED,
            ),
            with_origin("one that looks like all of 16", look_alikes, look_alike(16), REFUSED),
            hostile("two `Origin` lines", list, REFUSED, &[], vec![(ORIGIN, HIT.1.into()); 2]),
        ],
    }
}

fn allowed() -> Group {
    let last_of_list = constants!(
        VARY: "Origin",
        ACCESS_CONTROL_ALLOW_ORIGIN: "https://app15.example.com",
        ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
        ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"
    );
    let last_look_alike = constants!(
        VARY: "Origin",
        ACCESS_CONTROL_ALLOW_ORIGIN: "https://tenants-15.example.com",
        ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
        ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"
    );
    let list = Policy::List(10);
    let fifteen = "https://app15.example.com".to_owned();
    Group {
        ordinary: ordinary("an origin, allowed", list, &[HIT], ALLOWED),
        hostile: vec![
            with_origin("the last of 16", Policy::List(16), fifteen, last_of_list),
            with_origin(
                "the last of 16 look-alikes",
                Policy::LookAlikes,
                look_alike(15),
                last_look_alike,
            ),
            hostile("two `Cookie` lines", list, ALLOWED, &[HIT], vec![(COOKIE, "a=b".into())]),
        ],
    }
}

fn patterns() -> Group {
    const MISS: Line = (ORIGIN, "https://app.t0000007.example.net");
    let dots = format!("https://{}example.com", "a.".repeat(120));
    let patterns = Policy::Patterns(10_000);
    Group {
        ordinary: ordinary("10,000 patterns, an origin, refused", patterns, &[MISS], REFUSED),
        hostile: vec![
            missed(5.0, with_origin("10,000 patterns, 120 dots", patterns, dots.clone(), REFUSED)),
            missed(
                7.5,
                with_origin(
                    "10,000 patterns at 30 depths, 120 dots",
                    Policy::Depths,
                    dots,
                    REFUSED,
                ),
            ),
            missed(
                33.0,
                with_origin(
                    "10,000 labels of one domain, 63 bytes",
                    Policy::LabelsOfOneDomain,
                    format!("https://{}.example.com", "c".repeat(63)),
                    REFUSED,
                ),
            ),
        ],
    }
}

fn preflights() -> Group {
    let list = Policy::List(10);
    let names = |lines| asking_for(list, lines);
    let case = |name: &str, limit, lines| preflight(name, Case { limit, ..names(lines) });
    let line = |name: &str| vec![format!("{name},").repeat(64 * KIB / (name.len() + 1))];
    Group {
        ordinary: Case {
            method: Method::OPTIONS,
            ..ordinary("a preflight", list, &PREFLIGHT, PREFLIGHT_ALLOWED)
        },
        hostile: vec![
            case("64 KiB of allowed names", PREFLIGHT_REFUSED, line("x-request-id")),
            case("one name of 64 KiB", PREFLIGHT_REFUSED, vec!["x".repeat(64 * KIB)]),
            case("64 KiB of commas", PREFLIGHT_REFUSED, line("")),
            // The longest line is read to its end: once to count its commas, and once to find the first name,
            // at less than one instruction for each byte.
            missed(5.6, case("16 KiB of blanks", PREFLIGHT_ALLOWED, vec![" ".repeat(16 * KIB)])),
            missed(4.5, case("one name of 16 KiB", PREFLIGHT_ALLOWED, vec!["X".repeat(16 * KIB)])),
            missed(
                4.5,
                case("16 KiB that are no name", PREFLIGHT_ALLOWED, vec!["\u{e9}".repeat(8 * KIB)]),
            ),
            // Lines are added up until they exceed 16 KiB.
            case("1000 lines, 64 KiB", PREFLIGHT_REFUSED, vec!["x".repeat(65); 1000]),
            // As many elements as are read: each costs 240 to 440 instructions.
            missed(
                85.0,
                case(
                    "16 KiB of commas and blanks",
                    PREFLIGHT_ALLOWED,
                    vec![format!("{},", " ".repeat(15)).repeat(KIB - 1)],
                ),
            ),
            missed(
                154.0,
                case("1000 lines, allowed names", PREFLIGHT_ALLOWED, vec!["x-a".into(); 1000]),
            ),
            missed(
                125.0,
                case(
                    "1000 allowed names",
                    PREFLIGHT_ALLOWED,
                    vec![["x-request-id"; 1000].join(",")],
                ),
            ),
        ],
    }
}

fn mirrored() -> Group {
    let any = Policy::AnyHeader;
    let names: Vec<String> = (0..1000).map(|at| format!("x-mirrored-{at:04}")).collect();
    let disordered: Vec<String> = names.iter().rev().map(|name| name.to_uppercase()).collect();
    let case = |name: &str, line: String| preflight(name, asking_for(any, vec![line]));
    Group {
        ordinary: Case {
            method: Method::OPTIONS,
            ..ordinary("any header, a preflight", any, &PREFLIGHT, PREFLIGHT_ALLOWED)
        },
        hostile: vec![
            // As for lists.
            missed(4.2, case("any header, 16 KiB that are no name", "\u{e9}".repeat(8 * KIB))),
            missed(4.9, case("any header, 16 KiB of blanks", " ".repeat(16 * KIB))),
            // Each byte of a valid name is checked, for three instructions.
            missed(18.7, case("any header, one name of 16 KiB", "x".repeat(16 * KIB))),
            // Each name costs 200 instructions, 1,000 if the line is not in the form of browsers, and 600 if
            // the name is known.
            missed(60.0, case("any header, 1000 names mirrored", names.join(","))),
            missed(295.0, case("any header, 1000 names in disorder", disordered.join(","))),
            missed(
                166.0,
                case("any header, one name 1000 times", ["X-Mirrored-Name"; 1000].join(",")),
            ),
        ],
    }
}

/// Returns an origin of a list that is compared one by one. All of them have the same length, scheme and
/// ending.
pub fn look_alike(at: usize) -> String {
    format!("https://tenants-{at:02}.example.com")
}

pub fn label_of_one_domain(at: usize) -> String {
    let (prefix, suffix) = ("a".repeat(at % 31), "b".repeat(at / 31 % 31));
    format!("https://{prefix}{:x}*{suffix}.example.com", at / 961)
}

pub fn pattern_at_a_depth(at: usize) -> String {
    format!("https://*.{}t{at:07}.example.com", "a.".repeat(at % 30))
}

/// Accepts a cost above the target.
fn missed(accepted: f64, case: Case) -> Case {
    Case { target: Target::missed(MOST, accepted), ..case }
}

fn ordinary(
    name: &str,
    policy: Policy,
    headers: &'static [Line],
    limit: fn(&mut HeaderMap),
) -> Case {
    Case { requests: 100, ..actual(name, policy, headers, limit, Target::NONE) }
}

fn with_origin(name: &str, policy: Policy, origin: String, limit: fn(&mut HeaderMap)) -> Case {
    hostile(name, policy, limit, &[], vec![(ORIGIN, origin)])
}

fn asking_for(policy: Policy, lines: Vec<String>) -> Case {
    let lines = lines.into_iter().map(|line| (ACCESS_CONTROL_REQUEST_HEADERS, line));
    hostile("", policy, PREFLIGHT_ALLOWED, &PREFLIGHT[..2], lines.collect())
}

fn preflight(name: &str, case: Case) -> Case {
    Case { name: name.to_owned(), method: Method::OPTIONS, ..case }
}

fn hostile(
    name: &str,
    policy: Policy,
    limit: fn(&mut HeaderMap),
    usual: &'static [Line],
    more: Vec<(HeaderName, String)>,
) -> Case {
    Case {
        headers: Box::new(move |_| owned(usual).into_iter().chain(more.clone()).collect()),
        target: Target::at_most(MOST),
        ..ordinary(name, policy, &[], limit)
    }
}
