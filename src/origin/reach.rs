//! The matches of a regex, read by an automaton.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::automaton::{Automaton, START, States};

/// Whether the automaton accepts a text that the regex matches from its first byte to its last.
///
/// Takes time in proportion to the length of the regex, whatever its counts are.
pub(super) fn accepts_match(automaton: &Automaton, regex: &Hir) -> bool {
    automaton.accepts(Reach::of(regex, automaton).0[START])
}

/// For each state of an automaton the states that a match can lead to.
#[derive(Clone)]
struct Reach(Vec<States>);

impl Reach {
    fn of(hir: &Hir, automaton: &Automaton) -> Self {
        let byte = |byte| Self(automaton.steps(byte).collect());
        let here = || Self((0..automaton.len()).map(|at| 1 << at).collect());
        let nowhere = || Self(vec![0; automaton.len()]);
        match hir.kind() {
            // Taken for met everywhere, so that no regex is refused by mistake.
            HirKind::Empty | HirKind::Look(_) => here(),
            HirKind::Literal(literal) => {
                literal.0.iter().fold(here(), |reach, next| reach.then(&byte(*next)))
            }
            HirKind::Class(class) => {
                bytes(class).fold(nowhere(), |reach, next| reach.or(&byte(next)))
            }
            HirKind::Repetition(repetition) => {
                let once = Self::of(&repetition.sub, automaton);
                // More than there are states leads to no other state.
                let more = repetition.max.map_or(States::BITS, |max| max - repetition.min);
                let optional = once.or(&here()).power(more, here());
                once.power(repetition.min, here()).then(&optional)
            }
            HirKind::Capture(capture) => Self::of(&capture.sub, automaton),
            HirKind::Concat(parts) => {
                parts.iter().fold(here(), |reach, part| reach.then(&Self::of(part, automaton)))
            }
            HirKind::Alternation(parts) => {
                parts.iter().fold(nowhere(), |reach, part| reach.or(&Self::of(part, automaton)))
            }
        }
    }

    fn then(&self, next: &Self) -> Self {
        let after = |states: States| {
            let reached = next.0.iter().enumerate().filter(|(at, _)| states & (1 << at) != 0);
            reached.fold(0, |set, (_, to)| set | to)
        };
        Self(self.0.iter().map(|states| after(*states)).collect())
    }

    fn or(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a | b).collect())
    }

    /// `count` matches one after the other.
    fn power(&self, mut count: u32, identity: Self) -> Self {
        let (mut result, mut power) = (identity, self.clone());
        while count > 0 {
            if count % 2 == 1 {
                result = result.then(&power);
            }
            power = power.then(&power);
            count /= 2;
        }
        result
    }
}

/// The bytes of a class, with one byte for all that are not ASCII.
fn bytes(class: &Class) -> impl Iterator<Item = u8> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => {
            class.iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
        Class::Bytes(class) => {
            class.iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
    };
    let contains = move |byte: &u8| {
        let (byte, last) =
            (u32::from(*byte), if byte.is_ascii() { (*byte).into() } else { u32::MAX });
        ranges.iter().any(|(start, end)| *start <= last && *end >= byte)
    };
    (0..=128).filter(contains)
}
