//! Policies of different sizes. All origins have the same length, so that only their number differs.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ORIGIN, VARY,
};

use super::{
    Case, Policy, Stack, Target,
    workloads::{REFUSED, actual, constants},
};

/// The target, as a multiple of the cost of the smallest policy of the kind.
const TARGET: Target = Target::at_most(1.1);

pub const MILLION: usize = 1_000_000;

pub struct Million {
    pub name: &'static str,
    text: fn(usize) -> String,
}

pub const MILLIONS: [Million; 2] = [
    Million { name: "1,000,000 exact origins", text: exact },
    Million { name: "1,000,000 patterns", text: pattern },
];

impl Million {
    pub fn texts(&self) -> impl Iterator<Item = String> {
        (0..MILLION).map(self.text)
    }
}

/// The number of policies of a service with many tenants.
pub const TENANTS: usize = 20_000;

/// Returns the origins of a tenant.
pub fn of_tenant(tenant: usize) -> [String; 10] {
    std::array::from_fn(|at| format!("https://app{at}.t{tenant:05}.example.com"))
}

pub fn exact(at: usize) -> String {
    format!("https://app{at:07}.example.com")
}

pub fn pattern(at: usize) -> String {
    format!("https://*.t{at:07}.example.com")
}

pub fn label(at: usize) -> String {
    format!("https://app-*-team.t{at:07}.example.com")
}

pub fn cases() -> Vec<Case> {
    [10, 10_000]
        .into_iter()
        .flat_map(|size| {
            [exact_cases(size), pattern_cases(size), label_cases(size)].into_iter().flatten()
        })
        .collect()
}

/// Returns rows that take long to build under callgrind.
pub fn million() -> Vec<Case> {
    exact_cases(MILLION).into()
}

fn exact_cases(size: usize) -> [Case; 2] {
    let allowed = constants!(
        VARY: "Origin",
        ACCESS_CONTROL_ALLOW_ORIGIN: "https://app0000007.example.com",
        ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
        ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"
    );
    let policy = Policy::Exact(size);
    let hit = move |at| exact(at % size);
    let miss = move |at| format!("https://app{:07}.example.net", at % size);
    [
        case(&format!("exact, hit: {size}"), policy, hit, allowed),
        case(&format!("exact, miss: {size}"), policy, miss, REFUSED),
    ]
}

fn pattern_cases(size: usize) -> [Case; 2] {
    let allowed = constants!(
        VARY: "Origin",
        ACCESS_CONTROL_ALLOW_ORIGIN: "https://app.t0000007.example.com",
        ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
        ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"
    );
    let policy = Policy::Patterns(size);
    let hit = move |at| format!("https://app.t{:07}.example.com", at % size);
    let miss = move |at| format!("https://app.t{:07}.example.net", at % size);
    [
        case(&format!("patterns, hit: {size}"), policy, hit, allowed),
        case(&format!("patterns, miss: {size}"), policy, miss, REFUSED),
    ]
}

fn label_cases(size: usize) -> [Case; 2] {
    let allowed = constants!(
        VARY: "Origin",
        ACCESS_CONTROL_ALLOW_ORIGIN: "https://app-1-team.t0000007.example.com",
        ACCESS_CONTROL_ALLOW_CREDENTIALS: "true",
        ACCESS_CONTROL_EXPOSE_HEADERS: "x-request-id, etag"
    );
    let policy = Policy::Labels(size);
    let hit = move |at| format!("https://app-1-team.t{:07}.example.com", at % size);
    let miss = move |at| format!("https://app-1-teem.t{:07}.example.com", at % size);
    [
        case(&format!("labels, hit: {size}"), policy, hit, allowed),
        case(&format!("labels, miss: {size}"), policy, miss, REFUSED),
    ]
}

fn case(
    name: &str,
    policy: Policy,
    origin: impl Fn(usize) -> String + Sync + 'static,
    limit: fn(&mut http::HeaderMap),
) -> Case {
    Case {
        headers: Box::new(move |at| vec![(ORIGIN, origin(at))]),
        stack: Stack::Cloned,
        ..actual(name, policy, &[], limit, TARGET)
    }
}
