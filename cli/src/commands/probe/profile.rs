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
    let accept = |probe: Probe, (id, entry): (&str, Option<&str>)| match (Check::from_id(id), entry)
    {
        (Some(check), Some(entry)) => probe.accept_entry(check, entry),
        (Some(check), None) => probe.accept(check),
        (None, _) => probe,
    };
    Ok(export.checks().into_iter().fold(probe, accept))
}
