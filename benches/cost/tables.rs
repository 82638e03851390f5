//! The tables of counts.

use crate::{
    callgrind::{Count, Counts, count},
    cases::{Case, Subject, Target, hostile, responses, routed, sizes, workloads},
    heading::heading,
    profile::profiles,
};

/// Prints one request of each kind. Returns whether the targets are met.
pub fn one_request(filter: &str) -> bool {
    let text = "Instructions. Net is (subject - floor) / (limit - floor).";
    net("One request", text, &matching(workloads::cases(), filter))
}

/// Prints requests whose responses have headers. Returns whether the targets are met.
pub fn responses(filter: &str) -> bool {
    let text = "As above, with the headers of real responses. Three have `Vary: accept-language` among them, six and twelve `Vary: accept-encoding`.";
    net("Real responses", text, &matching(responses::cases(), filter))
}

fn net(title: &str, text: &str, cases: &[Case]) -> bool {
    if cases.is_empty() {
        return true;
    }
    heading(
        title,
        text,
        "request | floor | limit | corsac | tower-http | net corsac | net tower-http | at most | allocations limit, corsac, tower-http",
    );
    let (mut is_met, mut missed) = (true, Vec::new());
    for (case, counts) in cases.iter().zip(count(cases, &Subject::ALL)) {
        let Counts { floor, limit, corsac, tower_http } = counts;
        let tower_http = tower_http.unwrap_or_default();
        // Allows for allocations that occur only once for each thread.
        let more = corsac.allocations - limit.allocations;
        is_met &= holds(case.target, counts.net()) && more < 0.01;
        missed.extend(is_missed(case.target, counts.net()).then_some(case));
        println!(
            "| {} | {} | {} | {} | {} | {:.2} | {:.2} | {} | {:.1}, {:.1}, {:.1} |",
            case.name,
            whole(floor),
            whole(limit),
            whole(corsac),
            whole(tower_http),
            counts.net(),
            counts.net_of(tower_http),
            target(case.target, counts.net()),
            limit.allocations,
            corsac.allocations,
            tower_http.allocations,
        );
    }
    profiles(&missed);
    is_met
}

/// Prints the effect of the size of the policy. Returns whether the targets are met.
pub fn sizes(filter: &str) -> bool {
    // The smallest comes first, and the others of its kind are compared with it.
    let cases = matching(sizes::cases().into_iter().chain(sizes::million()).collect(), filter);
    if cases.is_empty() {
        return true;
    }
    heading(
        "Size of the policy",
        "Instructions of a whole request, the service cloned for it. The ratio is to the smallest policy of the kind.",
        "policy | corsac | ratio | at most | tower-http | ratio",
    );
    let all = count(&cases, &[Subject::Corsac, Subject::TowerHttp]);
    let mut rows: Vec<_> = cases.iter().zip(&all).collect();
    rows.sort_by_key(|(case, _)| kind(case));
    let (mut is_met, mut missed) = (true, Vec::new());
    for (case, counts) in &rows {
        let smallest =
            rows.iter().find(|(it, _)| kind(it) == kind(case)).map_or(*counts, |it| it.1);
        let ratio = |count: Count, smallest: Count| count.instructions / smallest.instructions;
        let ours = ratio(counts.corsac, smallest.corsac);
        let theirs = counts.tower_http.zip(smallest.tower_http);
        is_met &= holds(case.target, ours);
        missed.extend(is_missed(case.target, ours).then_some(*case));
        println!(
            "| {} | {} | {ours:.2} | {} | {} | {} |",
            case.name,
            whole(counts.corsac),
            target(case.target, ours),
            counts.tower_http.map_or(String::from("-"), whole),
            theirs.map_or(String::from("-"), |(count, smallest)| format!(
                "{:.2}",
                ratio(count, smallest)
            )),
        );
    }
    profiles(&missed);
    is_met
}

/// Returns the kind in the name of a case: `exact, hit` for `exact, hit: 10`.
fn kind(case: &Case) -> String {
    case.name.split(':').next().unwrap_or_default().to_owned()
}

/// Prints the cost of hostile requests. Returns whether the targets are met.
pub fn hostile(filter: &str) -> bool {
    let groups = hostile::groups().into_iter();
    let groups = groups.filter(|group| {
        let mut all = group.hostile.iter().chain([&group.ordinary]);
        filter.is_empty() || all.any(|case| case.name.contains(filter))
    });
    let cases: Vec<Vec<Case>> =
        groups.map(|group| [group.ordinary].into_iter().chain(group.hostile).collect()).collect();
    if cases.is_empty() {
        return true;
    }
    heading(
        "Hostile input",
        "Instructions. *Added* is corsac - floor, the ratio (the ordinary floor + added) / the ordinary request.",
        "request | bytes | floor | corsac | added | added for each byte | ratio | at most | tower-http | added",
    );
    let sizes: Vec<usize> = cases.iter().map(Vec::len).collect();
    let cases: Vec<Case> = cases.into_iter().flatten().collect();
    let counts = count(&cases, &[Subject::Floor, Subject::Corsac, Subject::TowerHttp]);
    let mut rows = cases.iter().zip(counts);
    let (mut is_met, mut missed) = (true, Vec::new());
    for size in sizes {
        let mut ordinary = None;
        for (case, counts) in rows.by_ref().take(size) {
            let Counts { floor, corsac, tower_http, .. } = counts;
            let ordinary = ordinary.get_or_insert(counts);
            let added = |count: Count| count.instructions - floor.instructions;
            let ratio =
                (ordinary.floor.instructions + added(corsac)) / ordinary.corsac.instructions;
            is_met &= holds(case.target, ratio);
            missed.extend(is_missed(case.target, ratio).then_some(case));
            let bytes: usize = (case.headers)(0).iter().map(|(_, value)| value.len()).sum();
            #[expect(clippy::cast_precision_loss)]
            let for_each = added(corsac) / bytes as f64;
            println!(
                "| {} | {bytes} | {} | {} | {:.0} | {for_each:.2} | {ratio:.2} | {} | {} | {} |",
                case.name,
                whole(floor),
                whole(corsac),
                added(corsac),
                target(case.target, ratio),
                tower_http.map_or(String::from("-"), whole),
                tower_http.map_or(String::from("-"), |it| format!("{:.0}", added(it))),
            );
        }
    }
    profiles(&missed);
    is_met
}

/// Prints the cost that a layer adds to a router. Returns whether the targets are met.
pub fn router(filter: &str) -> bool {
    let cases = matching(routed::cases(), filter);
    if cases.is_empty() {
        return true;
    }
    heading(
        "A real axum router",
        "Instructions and allocations that a layer adds to a router without one, which is cloned for each request. It answers a preflight with 405.",
        "request | router | limit adds | corsac adds | tower-http adds | corsac / tower-http | at most | allocations limit, corsac, tower-http add",
    );
    let (mut is_met, mut missed) = (true, Vec::new());
    for (case, counts) in cases.iter().zip(count(&cases, &Subject::ALL)) {
        let Counts { floor, limit, corsac, tower_http } = counts;
        let added = |count: Count| count.instructions - floor.instructions;
        let allocations = |count: Count| count.allocations - floor.allocations;
        let tower_http = tower_http.unwrap_or_default();
        let share = added(corsac) / added(tower_http);
        is_met &= holds(case.target, share);
        missed.extend(is_missed(case.target, share).then_some(case));
        println!(
            "| {} | {} | {:.0} | {:.0} | {:.0} | {share:.2} | {} | {:.1}, {:.1}, {:.1} |",
            case.name,
            whole(floor),
            added(limit),
            added(corsac),
            added(tower_http),
            target(case.target, share),
            allocations(limit),
            allocations(corsac),
            allocations(tower_http),
        );
    }
    profiles(&missed);
    is_met
}

fn matching(cases: Vec<Case>, filter: &str) -> Vec<Case> {
    cases.into_iter().filter(|case| case.name.contains(filter)).collect()
}

fn whole(count: Count) -> String {
    format!("{:.0}", count.instructions)
}

/// Returns whether a value is within the target, or within the accepted value if there is one.
pub fn holds(target: Target, value: f64) -> bool {
    target.accepted.or(target.at_most).is_none_or(|most| value <= most)
}

fn is_missed(target: Target, value: f64) -> bool {
    target.at_most.is_some_and(|most| value > most)
}

/// Returns the text of a target, beside the value that was measured.
pub fn target(target: Target, value: f64) -> String {
    match target.at_most {
        None => "-".to_owned(),
        Some(most) if is_missed(target, value) => format!("{most}: missed"),
        Some(most) => format!("{most}"),
    }
}
