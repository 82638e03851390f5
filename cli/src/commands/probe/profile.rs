//! The losses of a target of `corsac export`, which are no findings.

use corsac::{
    Policy,
    export::{Loss, Target},
    probe::{Check, Probe},
};

use crate::failure::Failure;

/// Lets a probe accept the losses of this policy, each for the entries that it concerns.
pub fn accept(probe: Probe, target: &str, policy: &Policy) -> Result<Probe, Failure> {
    let Some(target) = Target::from_name(target) else {
        let names: Vec<&str> = Target::names().collect();
        return Err(Failure::input(format_args!(
            "there is no target {target:?}; the targets are {}",
            names.join(", ")
        )));
    };
    let target = Loss::ALL.into_iter().fold(target, Target::accept);
    let export = policy.export(&target).map_err(Failure::input)?;
    let mut probe = probe;
    for loss in export.losses() {
        for check in loss.checks().iter().filter_map(|id| Check::from_id(id)) {
            let entries: Vec<&str> = export.entries(*loss).collect();
            probe = match entries.as_slice() {
                [] => probe.accept(check),
                entries => entries.iter().fold(probe, |probe, it| probe.accept_entry(check, it)),
            };
        }
    }
    Ok(probe)
}
