//! Judges all answers together: one finding a fault, although many requests show it.

use http::{
    HeaderMap, Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderName},
};

use super::{
    Probe, browser,
    cause::Cause,
    check::Check,
    curl::title,
    exchange::{Exchange, Scene, Way},
    hygiene,
    origins::sampled,
    outcome::Comparison,
    report::{Finding, Report},
    series,
};

/// An answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl<'a> Seen<'a> {
    fn new<B: AsRef<[u8]>>(answer: &'a Response<B>) -> Self {
        Self { status: answer.status(), headers: answer.headers(), body: answer.body().as_ref() }
    }
}

/// Something that one answer shows.
#[derive(Debug, Clone)]
pub(super) struct Observation {
    pub(super) check: Check,
    /// The index of the exchange.
    pub(super) at: usize,
    pub(super) expected: String,
    pub(super) seen: String,
}

/// All exchanges with their answers.
pub(super) struct Answers<'a> {
    pub(super) probe: &'a Probe,
    pub(super) exchanges: &'a [Exchange],
    pub(super) seen: Vec<Option<Seen<'a>>>,
}

pub(super) fn judge<B: AsRef<[u8]>>(
    probe: &Probe,
    exchanges: &[Exchange],
    answers: &[Option<Response<B>>],
) -> Report {
    let mut seen: Vec<_> = answers.iter().map(|answer| answer.as_ref().map(Seen::new)).collect();
    seen.resize(exchanges.len(), None);
    let answers = Answers { probe, exchanges, seen };
    let mut observations = answers.observe();
    answers.drop_consequences(&mut observations);
    let (accepted, observations): (Vec<_>, Vec<_>) =
        observations.into_iter().partition(|it| answers.accepts(it));
    let mut accepted: Vec<Check> = accepted.iter().map(|it| it.check).collect();
    accepted.sort();
    accepted.dedup();
    let is_unanswered = |(exchange, seen): &(&Exchange, &Option<Seen<'_>>)| {
        seen.is_none() && exchange.way != Way::Http1 && !exchange.is_odd()
    };
    Report {
        findings: answers.findings(&observations),
        accepted,
        answered: answers.seen.iter().flatten().count(),
        unanswered: exchanges.iter().zip(&answers.seen).filter(is_unanswered).count(),
        notes: probe.notes(),
    }
}

impl<'a> Answers<'a> {
    /// Returns each exchange that was answered.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &'a Exchange, Seen<'a>)> {
        let pairs = self.exchanges.iter().zip(&self.seen).enumerate();
        pairs.filter_map(|(at, (exchange, seen))| Some((at, exchange, (*seen)?)))
    }

    /// Returns the answers to requests of pages for the URL of the probe.
    pub(super) fn page(&self) -> impl Iterator<Item = (usize, &'a Exchange, Seen<'a>)> {
        self.iter().filter(|(_, exchange, _)| {
            exchange.scene == Scene::Page && exchange.place == 0 && !exchange.is_preflight()
        })
    }

    fn observe(&self) -> Vec<Observation> {
        let mut observations = Vec::new();
        for (at, exchange, seen) in self.iter() {
            let mut push = |it: Observation| observations.push(Observation { at, ..it });
            match &self.probe.places[exchange.place].policy {
                Some(policy) => {
                    let comparison = Comparison::new(exchange, policy, &seen);
                    comparison.observe(&mut push);
                    hygiene::observe(&comparison, self, &mut push);
                }
                None => hygiene::observe_without_cors(exchange, &seen, &mut push),
            }
        }
        hygiene::observe_vary(self, &mut observations);
        series::observe(self, &mut observations);
        observations
    }

    fn accepts(&self, observation: &Observation) -> bool {
        let exchange = &self.exchanges[observation.at];
        let of_check = self.probe.accepted.iter().filter(|it| it.check == observation.check);
        of_check.map(|it| it.entry.as_deref()).any(|it| it.is_none_or(|it| exchange.is_about(it)))
    }

    /// Leaves out the consequences of other observations.
    fn drop_consequences(&self, observations: &mut Vec<Observation>) {
        let has = |check: Check, all: &[Observation]| all.iter().any(|it| it.check == check);
        // Pages whose responses have no CORS headers at all: their preflights and errors are no news.
        let bare = [
            Check::AllowOriginMissing,
            Check::WildcardTooNarrow,
            Check::ErrorWithoutCors,
            Check::RedirectWithoutCors,
        ];
        let bare: Vec<String> = observations
            .iter()
            .filter(|it| bare.contains(&it.check) && self.exchanges[it.at].scene == Scene::Page)
            .filter_map(|it| self.exchanges[it.at].origin().map(str::to_owned))
            .collect();
        let is_page = |at: usize| self.exchanges[at].scene == Scene::Page;
        observations.retain(|it| {
            let origin = self.exchanges[it.at].origin();
            let is_bare = origin.is_some_and(|origin| bare.iter().any(|bare| bare == origin));
            !is_bare
                || match it.check {
                    Check::ErrorWithoutCors => is_page(it.at),
                    check => !BARE.contains(&check),
                }
        });
        if self.iter().all(|(_, _, seen)| allow_origin(&seen).is_none()) {
            observations.retain(|it| it.check != Check::PreflightReachesApp);
        }
        if self.is_constant() {
            observations.retain(|it| it.check != Check::SeveralOriginsAllowed);
        }
        for (check, consequences) in CONSEQUENCES {
            if has(*check, observations) {
                observations.retain(|it| !consequences.contains(&it.check));
            }
        }
    }

    /// Makes one finding of all observations of a check.
    fn findings(&self, observations: &[Observation]) -> Vec<Finding> {
        let of_check = |check: &Check| {
            let same = || observations.iter().filter(|it| it.check == *check);
            // Those in order start with the second origin of the list.
            let is_later = |it: &&Observation| self.exchanges[it.at].way != Way::InOrder;
            let first = same().find(is_later).or_else(|| same().next())?;
            let others = same().filter(|it| it.at != first.at).count();
            Some(Finding {
                check: *check,
                exchange: first.at,
                curl: self.exchanges[first.at].curl(),
                others,
                expected: first.expected.clone(),
                seen: first.seen.clone(),
                cause: Cause::find(*check, first.at, self),
            })
        };
        // In the order of `ALL`: outcome first.
        Check::ALL.iter().filter_map(of_check).collect()
    }
}

/// The consequences of responses without any CORS header.
const BARE: &[Check] = &[
    Check::PreflightUnanswered,
    Check::PreflightRouted,
    Check::PreflightReachesApp,
    Check::ErrorWithoutCors,
    Check::HeadWithoutCors,
    Check::NotModifiedWithoutCors,
];

/// The consequences of a check, which are no findings of their own.
const CONSEQUENCES: &[(Check, &[Check])] = &[
    (
        Check::BackendsDisagree,
        &[
            Check::AllowOriginMissing,
            Check::AllowOriginMismatch,
            Check::AllowOriginTwice,
            Check::AllowOriginList,
            Check::WildcardWithCredentials,
            Check::CredentialsMissing,
            Check::PreflightUnanswered,
            Check::PreflightNeedsCredentials,
            Check::PreflightRouted,
            Check::PreflightStatus,
            Check::MethodMissing,
            Check::HeaderMissing,
            Check::ExposedHeaderMissing,
            Check::ErrorWithoutCors,
            Check::HeadWithoutCors,
            Check::WildcardTooNarrow,
            Check::CacheMixesOrigins,
            Check::VersionsDisagree,
            Check::VaryMissing,
            Check::VaryConditional,
            Check::PreflightVaryMissing,
            Check::PreflightReachesApp,
            Check::MaxAgeDiffers,
            Check::NotModifiedWithoutCors,
        ],
    ),
    (
        Check::CacheMixesOrigins,
        &[
            Check::AllowOriginMissing,
            Check::AllowOriginMismatch,
            Check::NotModifiedWithoutCors,
            Check::HeadWithoutCors,
            Check::StrayHeaders,
            Check::VaryMissing,
            Check::VaryConditional,
        ],
    ),
    (
        Check::AnyOriginAllowed,
        &[
            Check::OriginStartUnanchored,
            Check::OriginEndUnanchored,
            Check::OriginDotUnescaped,
            Check::OriginPartAllowed,
            Check::OddHostAllowed,
            Check::NullOriginAllowed,
            Check::InsecureOriginAllowed,
            Check::SubdomainAllowed,
            Check::ApexAllowed,
            Check::LoopbackLookalikeAllowed,
            Check::OtherPortAllowed,
            Check::JoinedOriginsAllowed,
            Check::TrailingDotAllowed,
            Check::DeniedOriginAllowed,
            Check::MalformedOriginAllowed,
            Check::SeveralOriginsAllowed,
            Check::PathConfused,
        ],
    ),
    (
        Check::OriginEndUnanchored,
        &[
            Check::OddHostAllowed,
            Check::LoopbackLookalikeAllowed,
            Check::OtherPortAllowed,
            Check::JoinedOriginsAllowed,
            Check::TrailingDotAllowed,
            Check::MalformedOriginAllowed,
            Check::SeveralOriginsAllowed,
        ],
    ),
    (
        Check::LoopbackLookalikeAllowed,
        &[
            Check::OtherPortAllowed,
            Check::OddHostAllowed,
            Check::TrailingDotAllowed,
            Check::MalformedOriginAllowed,
        ],
    ),
    (
        Check::OriginStartUnanchored,
        &[
            Check::InsecureOriginAllowed,
            Check::SubdomainAllowed,
            Check::JoinedOriginsAllowed,
            Check::MalformedOriginAllowed,
            Check::SeveralOriginsAllowed,
        ],
    ),
    (Check::StarEchoed, &[Check::StarMissing]),
    (Check::PreflightRouted, &[Check::PreflightReachesApp]),
    (Check::PreflightNeedsCredentials, &[Check::PreflightReachesApp]),
];

impl Probe {
    fn notes(&self) -> Vec<String> {
        let policies = self.places.iter().filter_map(|place| place.policy.as_deref());
        policies.flat_map(sampled).collect()
    }
}

/// Writes a header as it is on the wire, or that there is none.
pub(super) fn line(headers: &HeaderMap, name: &HeaderName) -> String {
    let title = title(name);
    let values = headers.get_all(name).iter();
    let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let lines: Vec<String> = values.map(|value| format!("`{title}: {value}`")).collect();
    if lines.is_empty() { format!("no `{title}`") } else { lines.join(" and ") }
}

pub(super) fn lines(headers: &HeaderMap, names: &[&HeaderName]) -> String {
    names.iter().map(|name| line(headers, name)).collect::<Vec<_>>().join(", ")
}

/// Returns the value that a browser reads.
pub(super) fn allow_origin(seen: &Seen<'_>) -> Option<String> {
    browser::get(seen.headers, &ACCESS_CONTROL_ALLOW_ORIGIN)
}
