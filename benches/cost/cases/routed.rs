//! The layer in a real router, with 10 origins.

use http::Method;

use super::{
    Case, Policy, Stack, Target,
    workloads::{ALLOWED, HIT, MISS, PREFLIGHT, PREFLIGHT_ALLOWED, REFUSED, actual},
};

/// The target, as a share of the cost that tower-http adds.
const MOST: f64 = 0.25;

pub fn cases() -> Vec<Case> {
    let list = Policy::List(10);
    let target = Target::at_most(MOST);
    let cases = [
        actual("router: not CORS", list, &[], REFUSED, target),
        // The limit alone adds 0.18 of what tower-http adds, and to a preflight 0.44.
        actual("router: actual, allowed", list, &[HIT], ALLOWED, Target::missed(MOST, 0.28)),
        actual("router: actual, refused", list, &[MISS], REFUSED, target),
        Case {
            method: Method::OPTIONS,
            ..actual(
                "router: preflight, allowed",
                list,
                &PREFLIGHT,
                PREFLIGHT_ALLOWED,
                Target::missed(MOST, 0.49),
            )
        },
    ];
    cases.into_iter().map(|case| Case { stack: Stack::Router, ..case }).collect()
}
