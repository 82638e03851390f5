//! The origins that browsers send, as a finite automaton, to be compared with the matches of a regex.

use std::array;

use super::error::OriginErrorKind as Kind;

/// A finite automaton that accepts every origin.
///
/// It accepts a few other texts too, because it checks neither lengths nor numbers nor punycode, and
/// takes every scheme for one that pages have.
pub(super) struct Automaton {
    /// For each state and byte the next state as a set of one, or the empty set.
    next: Vec<[States; SYMBOLS]>,
    accepting: States,
}

/// A set of states: bit n is state n.
pub(super) type States = u64;

/// The state at the start of a text.
pub(super) const START: usize = 0;

/// The bytes of ASCII, and one symbol for all others.
const SYMBOLS: usize = 129;

/// The faults that an automaton can overlook, those first that can hide others: a path can contain
/// `A` and `:443`.
pub(super) const FAULTS: [Kind; 7] = [
    Kind::NoScheme,
    Kind::NoHost,
    Kind::Path,
    Kind::HostByte,
    Kind::EmptyLabel,
    Kind::UpperCase,
    Kind::DefaultPort,
];

impl Automaton {
    /// Creates an automaton that also accepts texts with these faults, which are of [`FAULTS`]. With
    /// all of them it accepts every text that contains `://`.
    pub(super) fn new(overlooked: &[Kind]) -> Self {
        let grammar = Grammar { overlooked };
        let mut states = vec![State { https: Some(0), part: Part::Scheme }];
        let mut next = Vec::new();
        // Each state is visited, also those that are found on the way.
        while let Some(state) = states.get(next.len()).copied() {
            next.push(array::from_fn(|symbol| {
                grammar.step(state, symbol).map_or(0, |to| {
                    let at = states.iter().position(|state| *state == to).unwrap_or_else(|| {
                        states.push(to);
                        states.len() - 1
                    });
                    1 << at
                })
            }));
        }
        let accepting = states.iter().enumerate().filter(|(_, state)| grammar.accepts(**state));
        Self { next, accepting: accepting.fold(0, |set, (at, _)| set | 1 << at) }
    }

    /// The number of states.
    pub(super) fn len(&self) -> usize {
        self.next.len()
    }

    /// For each state the next one, if this byte follows.
    pub(super) fn steps(&self, byte: u8) -> impl Iterator<Item = States> {
        let symbol = usize::from(byte).min(SYMBOLS - 1);
        self.next.iter().map(move |next| next[symbol])
    }

    /// Whether a text that leads to one of these states is accepted.
    pub(super) fn accepts(&self, states: States) -> bool {
        states & self.accepting != 0
    }
}

/// The part of an origin that was read last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Scheme,
    Colon,
    Slash,
    /// `://`.
    Slashes,
    Label,
    /// The dot behind a label.
    Dot,
    /// The start of an IPv6 address.
    Bracket,
    /// The end of an IPv6 address.
    Bracketed,
    /// The colon of a port, and this many digits of the default port.
    DefaultPort(usize),
    /// Another port.
    Port,
    Path,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    /// The number of bytes of `https` that the scheme consists of. `None` for other schemes.
    https: Option<usize>,
    part: Part,
}

struct Grammar<'a> {
    overlooked: &'a [Kind],
}

impl Grammar<'_> {
    /// The next state after a byte, or after one that is not ASCII. `None` if no origin has it here.
    fn step(&self, state: State, symbol: usize) -> Option<State> {
        let byte = u8::try_from(symbol).unwrap_or(u8::MAX);
        let byte = if self.overlooks(Kind::UpperCase) { byte.to_ascii_lowercase() } else { byte };
        let to = |part| Some(State { part, ..state });
        if matches!(byte, b'/' | b'?' | b'#') && self.overlooks(Kind::Path) && self.accepts(state) {
            return to(Part::Path);
        }
        match (state.part, byte) {
            (Part::Scheme, b'a'..=b'z') => Some(Self::after_letter(state, byte)),
            (Part::Scheme, b':') if state.https != Some(0) => {
                // `htt` is another scheme.
                let https = state.https.filter(|count| *count >= "http".len());
                Some(State { https, part: Part::Colon })
            }
            (Part::Scheme, b'0'..=b'9' | b'+' | b'-' | b'.') if state.https != Some(0) => {
                Some(State { https: None, part: Part::Scheme })
            }
            (Part::Colon, b'/') => to(Part::Slash),
            (Part::Slash, b'/') => to(Part::Slashes),
            (Part::Slashes | Part::Label | Part::Dot, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') => {
                to(Part::Label)
            }
            // URL, "host parser": only the hosts of special schemes are lower-cased.
            (Part::Slashes | Part::Label | Part::Dot, b'A'..=b'Z') if state.https.is_none() => {
                to(Part::Label)
            }
            (Part::Label, b'.') => to(Part::Dot),
            (Part::Slashes, b'[') | (Part::Bracket, b'0'..=b'9' | b'a'..=b'f' | b':') => {
                to(Part::Bracket)
            }
            (Part::Bracket, b']') => to(Part::Bracketed),
            (Part::Label | Part::Dot | Part::Bracketed, b':') => to(Part::DefaultPort(0)),
            (Part::DefaultPort(count), b'0'..=b'9') if count > 0 || byte != b'0' => {
                let is_next = default_port(state).as_bytes().get(count) == Some(&byte);
                to(if is_next { Part::DefaultPort(count + 1) } else { Part::Port })
            }
            (Part::Port, b'0'..=b'9') => to(Part::Port),
            (Part::Path, b'!'..=b'~') => to(Part::Path),
            _ => self.after_other_byte(state, byte),
        }
    }

    fn after_letter(state: State, byte: u8) -> State {
        let is_next = |count: &usize| b"https".get(*count) == Some(&byte);
        let https = state.https.filter(is_next).map(|count| count + 1);
        State { https, part: Part::Scheme }
    }

    /// The next state after a byte that no origin has here.
    fn after_other_byte(&self, state: State, byte: u8) -> Option<State> {
        let to = |part, fault| self.overlooks(fault).then_some(State { part, ..state });
        match (state.part, byte) {
            (_, b'A'..=b'Z') => None,
            (Part::Scheme | Part::Colon | Part::Slash, _) => {
                let part = if byte == b':' { Part::Colon } else { Part::Scheme };
                self.overlooks(Kind::NoScheme).then_some(State { https: None, part })
            }
            (Part::Slashes | Part::Dot, b'.') => to(Part::Dot, Kind::EmptyLabel),
            (_, b'/' | b'?' | b'#') => None,
            (Part::Path, _) => to(Part::Path, Kind::HostByte),
            _ => to(Part::Label, Kind::HostByte),
        }
    }

    fn accepts(&self, state: State) -> bool {
        match state.part {
            Part::Label | Part::Dot | Part::Bracketed | Part::Port | Part::Path => true,
            Part::Scheme | Part::Colon | Part::Slash => false,
            Part::Slashes => self.overlooks(Kind::NoHost),
            Part::Bracket | Part::DefaultPort(0) => self.overlooks(Kind::HostByte),
            Part::DefaultPort(count) => {
                count < default_port(state).len() || self.overlooks(Kind::DefaultPort)
            }
        }
    }

    fn overlooks(&self, fault: Kind) -> bool {
        self.overlooked.contains(&fault)
    }
}

/// URL, "special scheme".
fn default_port(state: State) -> &'static str {
    match state.https {
        None => "",
        Some(count) if count == "http".len() => "80",
        Some(_) => "443",
    }
}

#[cfg(test)]
mod tests {
    use super::{Automaton, FAULTS, Kind, START, SYMBOLS, States};
    use crate::origin::Origin;

    fn accepts(automaton: &Automaton, text: &str) -> bool {
        let mut states: States = 1 << START;
        for byte in text.bytes() {
            let Some(next) = automaton.next.get(states.trailing_zeros() as usize) else { break };
            states = next[usize::from(byte).min(SYMBOLS - 1)];
        }
        automaton.accepts(states)
    }

    /// All texts of four pieces, each of which matters to the grammar.
    fn texts() -> impl Iterator<Item = String> {
        const PIECES: [&str; 19] = [
            "",
            "http",
            "https",
            "s",
            ":",
            "//",
            "://",
            "https://",
            "http://a:",
            "a",
            "A",
            ".",
            "0",
            "80",
            "443",
            "[",
            "::1]",
            "/",
            " ",
        ];
        (0..PIECES.len().pow(4)).map(|number| {
            let digits = (0..4).map(|at| number / PIECES.len().pow(at) % PIECES.len());
            digits.map(|digit| PIECES[digit]).collect()
        })
    }

    #[test]
    fn every_origin_is_accepted() {
        let automaton = Automaton::new(&[]);
        let mut count = 0;
        for text in texts().filter(|text| text.parse::<Origin>().is_ok()) {
            assert!(accepts(&automaton, &text), "{text}");
            count += 1;
        }
        assert!(count > 1_000, "{count}");
        for text in [
            "https://app.example.com:8443",
            "https://_a.my_host.example.",
            "http://[2001:db8::1:0:0:1]:3000",
            "http://127.0.0.1:8",
            "http://127.0.0.1:800",
            "https://a:44",
            "https://a:80",
            "chrome-extension://abcdefghijklmnop",
            "a+b-c.9://Ab",
            "ftp://a.example:443",
        ] {
            assert!(text.parse::<Origin>().is_ok() && accepts(&automaton, text), "{text}");
        }
    }

    #[test]
    fn faults() {
        let strict = Automaton::new(&[]);
        let cases = [
            ("https://", Kind::NoHost),
            ("https://A.example", Kind::UpperCase),
            ("HTTPS://a.example", Kind::UpperCase),
            ("https://a.example:443", Kind::DefaultPort),
            ("http://[::1]:80", Kind::DefaultPort),
            ("https://a.example/", Kind::Path),
            ("https://a.example:1/b?c#d", Kind::Path),
            ("https://a.example?b", Kind::Path),
            ("https://u@a.example", Kind::HostByte),
            ("https://.a.example", Kind::EmptyLabel),
            ("https://a..example", Kind::EmptyLabel),
            ("https://a.example:080", Kind::HostByte),
            ("https://a.example:", Kind::HostByte),
            ("https://bücher.example", Kind::HostByte),
            ("https://[::1", Kind::HostByte),
            ("1://a", Kind::NoScheme),
            ("a b://a", Kind::NoScheme),
            ("a:b://a", Kind::NoScheme),
            ("://a", Kind::NoScheme),
        ];
        for (text, fault) in cases {
            assert!(!accepts(&strict, text), "{text}");
            for other in FAULTS {
                let is_accepted = accepts(&Automaton::new(&[other]), text);
                assert_eq!(is_accepted, other == fault, "{text} {other:?}");
            }
        }
    }

    #[test]
    fn only_the_separator_is_not_overlooked() {
        let automaton = Automaton::new(&FAULTS);
        for text in texts() {
            assert_eq!(accepts(&automaton, &text), text.contains("://"), "{text}");
        }
    }

    #[test]
    fn states_fit_into_their_sets() {
        for choice in 0..1 << FAULTS.len() {
            let chosen = (0..FAULTS.len()).filter(|at| choice & (1 << at) != 0);
            let overlooked: Vec<_> = chosen.map(|at| FAULTS[at]).collect();
            let states = Automaton::new(&overlooked).len();
            assert!(states <= 64, "{states}");
        }
    }
}
