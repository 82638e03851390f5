//! Finds the lines of builder code that would allow a denied request.

use corsac::DenialKind;
use serde::Serialize;

use crate::{code, form::Form, recorder::Exchange};

#[derive(Default, Serialize)]
pub(crate) struct Repair {
    /// The lines to add to the policy.
    lines: Vec<String>,
    /// The reason not to add them.
    warning: Option<String>,
    /// The policy with the lines, or `None` if they should not be added.
    form: Option<Form>,
}

/// The wishes of the page that its requests do not show.
pub(crate) struct Wanted<'a> {
    pub(crate) credentials: bool,
    /// Response headers that it could not read.
    pub(crate) hidden: &'a [String],
}

const WHY_NOT_NULL: &str = "Do not: every page can make its origin null, by a sandboxed frame, so \
    this allows everybody. Serve the page from an origin of its own.";

pub(crate) fn repair(form: &Form, exchanges: &[Exchange], wanted: &Wanted<'_>) -> Repair {
    // More than the header names that a user types.
    const MOST: usize = 100;
    let mut fixed = form.clone();
    for _ in 0..MOST {
        let policy = match fixed.builder().build_policy() {
            Ok(policy) => policy,
            Err(error) => return refused_line(error.problems().first()),
        };
        let refused = exchanges.iter().find_map(|exchange| {
            exchange.ask(&policy, |decision| {
                let denial = decision.denial()?;
                let value = String::from_utf8_lossy(denial.value()).into_owned();
                Some((denial.kind(), denial.remedy(), value))
            })
        });
        match refused {
            None => break,
            Some((_, Some(remedy), _)) => fixed.apply(&remedy),
            // No line allows it, and the builder reports the reason.
            Some((DenialKind::Origin, None, origin)) => fixed.origins.push(origin),
            Some((DenialKind::Method, None, method)) => fixed.methods.push(method),
            Some((DenialKind::Header, None, header)) => fixed.headers.push(header),
            Some((DenialKind::NullOrigin, ..)) => return not_null(),
            Some(_) => return Repair::default(),
        }
    }
    let origin = exchanges.iter().find_map(|exchange| exchange.request_header("origin"));
    if wanted.credentials && !fixed.allows_credentials() {
        fixed.credentials = true;
        if std::mem::take(&mut fixed.any_origin) {
            if origin == Some("null") {
                return not_null();
            }
            fixed.origins.extend(origin.map(str::to_owned));
        }
    }
    if !fixed.expose_any {
        fixed.exposed.extend(wanted.hidden.iter().cloned());
    }
    let lines = added(form, &fixed);
    let builds = fixed.builder().build_policy().is_ok();
    Repair { warning: None, form: (builds && !lines.is_empty()).then_some(fixed), lines }
}

fn not_null() -> Repair {
    let lines = vec![".dangerous_allow_null_origin()".to_owned()];
    Repair { lines, warning: Some(WHY_NOT_NULL.to_owned()), form: None }
}

/// For a line that would be a mistake itself: the page has to change.
fn refused_line(problem: Option<&corsac::Problem>) -> Repair {
    let warning = problem.map(|it| format!("No line of a policy helps, because of its {it}."));
    Repair { warning, ..Repair::default() }
}

fn added(form: &Form, fixed: &Form) -> Vec<String> {
    let lists = [
        ("allow_origins", &form.origins, &fixed.origins),
        ("allow_methods", &form.methods, &fixed.methods),
        ("allow_headers", &form.headers, &fixed.headers),
        ("expose_headers", &form.exposed, &fixed.exposed),
    ];
    let new = lists.into_iter().filter(|(_, before, after)| before.len() < after.len());
    let mut lines: Vec<_> =
        new.map(|(setter, before, after)| code::list(setter, &after[before.len()..])).collect();
    if let (Some(first), true) = (lines.first_mut(), form.any_origin && !fixed.any_origin) {
        first.push_str(" // in place of .allow_any_origin()");
    }
    if fixed.credentials && !form.credentials {
        lines.push(".allow_credentials(true)".to_owned());
    }
    lines
}
