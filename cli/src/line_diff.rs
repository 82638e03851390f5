//! The lines in which two texts differ.

use std::{fmt::Write as _, ops::Range};

/// The difference between a text that was found, and one that was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The first line of the text that was found that is not as expected. Empty at its end.
    pub span: Range<usize>,
    /// The lines that were found, with `-`, and those that were expected, with `+`.
    pub text: String,
}

/// Returns the lines between the first and the last difference. The first line of the texts is apart,
/// because it has the hash of the policy, which each change of the policy changes.
pub fn between(found: &str, expected: &str) -> Difference {
    let (head, rest) = split_first_line(found);
    let (expected_head, expected_rest) = split_first_line(expected);
    if head == expected_head || rest.is_empty() || expected_rest.is_empty() {
        return between_all(found, expected);
    }
    let first = between_all(head, expected_head);
    if rest == expected_rest {
        return first;
    }
    let Difference { span, text } = between_all(rest, expected_rest);
    Difference {
        span: head.len() + span.start..head.len() + span.end,
        text: format!("{}{text}", first.text),
    }
}

fn split_first_line(text: &str) -> (&str, &str) {
    text.split_at(text.find('\n').map_or(text.len(), |at| at + 1))
}

fn between_all(found: &str, expected: &str) -> Difference {
    /// More lines of each text are not shown.
    const SHOWN: usize = 12;
    let (old, new): (Vec<&str>, Vec<&str>) =
        (found.split_inclusive('\n').collect(), expected.split_inclusive('\n').collect());
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - start;
    let pairs = old.iter().rev().zip(new.iter().rev()).take(rest);
    let end = pairs.take_while(|(old, new)| old == new).count();
    let offset: usize = old[..start].iter().map(|line| line.len()).sum();
    let len = old.get(start).map_or(0, |line| line.trim_end().len());
    let mut text = String::new();
    for (sign, lines) in [('-', &old[start..old.len() - end]), ('+', &new[start..new.len() - end])]
    {
        for line in lines.iter().take(SHOWN) {
            // Writing to a `String` never fails.
            _ = write!(text, "\n{sign} {}", line.trim_end_matches(['\r', '\n']));
        }
        let more = lines.len().saturating_sub(SHOWN);
        if more > 0 {
            _ = write!(text, "\n{sign} and {more} more lines");
        }
    }
    Difference { span: offset..offset + len, text }
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn lines() {
        let cases = [
            ("a\nb\nc\n", "a\nx\nc\n", "b", "\n- b\n+ x"),
            ("a\nc\n", "a\nb\nc\n", "c", "\n+ b"),
            ("a\nb\nc\n", "a\nc\n", "b", "\n- b"),
            ("a\na\n", "a\na\na\n", "", "\n+ a"),
            ("a\na\na\n", "a\na\n", "a", "\n- a"),
            ("a\r\n", "a\n", "a", "\n- a\n+ a"),
            ("", "a\n", "", "\n+ a"),
            ("1\na\nb\nc\n", "2\na\nx\nc\n", "b", "\n- 1\n+ 2\n- b\n+ x"),
            ("1\na\n", "2\na\n", "1", "\n- 1\n+ 2"),
            ("1\n", "2\na\n", "1", "\n- 1\n+ 2\n+ a"),
        ];
        for (found, expected, at, text) in cases {
            let difference = between(found, expected);
            assert_eq!((&found[difference.span], &*difference.text), (at, text), "{found:?}");
        }
        let long = between("", &"a\n".repeat(20));
        assert!(long.text.ends_with("\n+ and 8 more lines"), "{}", long.text);
    }
}
