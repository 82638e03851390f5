//! A request, the expected response, and how to compare it with the actual one.

use hyper::HeaderMap;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    pub name: String,
    /// The hosts that can receive the request; all if absent. Some join two lines of a header.
    pub over: Option<Vec<String>>,
    /// A capability that the host must have in addition to the small app.
    pub needs: Option<String>,
    pub request: Request,
    pub response: Response,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<String>,
    #[serde(default)]
    pub body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    pub status: u16,
    /// Not compared if absent.
    pub body: Option<String>,
    /// Every `access-control-*` and `vary` line, and other lines that matter.
    pub headers: Vec<String>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Response {
    /// Returns one line for each difference: `-` is missing, `+` is unexpected.
    pub fn differences(&self, answer: &Answer) -> Vec<String> {
        let mut missing = self.lines();
        let mut extra = self.lines_of(answer);
        missing.retain(|line| match extra.iter().position(|it| it == line) {
            Some(at) => {
                extra.remove(at);
                false
            }
            None => true,
        });
        let missing = missing.iter().map(|line| format!("- {}", shorten(line)));
        missing.chain(extra.iter().map(|line| format!("+ {}", shorten(line)))).collect()
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.status.to_string()];
        lines.extend(self.headers.iter().cloned());
        lines.extend(self.body.as_ref().map(|body| format!("body {body:?}")));
        lines
    }

    fn lines_of(&self, answer: &Answer) -> Vec<String> {
        let mut lines = vec![answer.status.to_string()];
        let headers = answer.headers.iter().filter(|(name, _)| self.compares(name.as_str()));
        lines.extend(
            headers.map(|(name, value)| {
                format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
            }),
        );
        let body = self.body.as_ref().map(|_| String::from_utf8_lossy(&answer.body));
        lines.extend(body.map(|body| format!("body {body:?}")));
        lines
    }

    /// Always compares CORS headers, so that one that is not listed must be absent.
    fn compares(&self, name: &str) -> bool {
        let is_listed = |line: &String| line.split(':').next() == Some(name);
        name.starts_with("access-control-") || name == "vary" || self.headers.iter().any(is_listed)
    }
}

/// Shortens a line, because the error pages of some frameworks fill a screen.
fn shorten(line: &str) -> String {
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use hyper::{
        HeaderMap,
        header::{HeaderName, HeaderValue},
    };

    use super::{Answer, Exchange, Response};

    #[test]
    fn nothing_that_is_wrong_goes_unseen() {
        let exchanges = include_str!("../../exchanges.json");
        let exchanges: Vec<Exchange> = serde_json::from_str(exchanges).unwrap();
        for Exchange { name, response, .. } in &exchanges {
            let right = || answer(response);
            assert_eq!(response.differences(&right()), [""; 0], "{name}");

            for at in 0..response.headers.len() {
                let mut wrong = right();
                let (header, value) = header(&response.headers[at]);
                wrong.headers.remove(&header);
                assert_eq!(response.differences(&wrong).len(), 1, "{name}, without {header}");

                wrong.headers.insert(&header, HeaderValue::from_static("wrong"));
                assert_eq!(response.differences(&wrong).len(), 2, "{name}, another {header}");

                wrong.headers.insert(&header, value.clone());
                wrong.headers.append(&header, value);
                assert_eq!(response.differences(&wrong).len(), 1, "{name}, {header} twice");
            }
            for line in ["access-control-allow-origin: *", "vary: cookie", "access-control-new: 1"]
            {
                let mut wrong = right();
                let (header, value) = header(line);
                wrong.headers.append(header, value);
                assert_eq!(response.differences(&wrong), [format!("+ {line}")], "{name}");
            }
            let wrong = Answer { status: 418, ..right() };
            assert_eq!(response.differences(&wrong).len(), 2, "{name}, another status");
            let wrong = Answer { body: b"wrong".to_vec(), ..right() };
            let expected = if response.body.is_some() { 2 } else { 0 };
            assert_eq!(response.differences(&wrong).len(), expected, "{name}, another body");
        }
    }

    fn answer(response: &Response) -> Answer {
        let headers: HeaderMap = response.headers.iter().map(|line| header(line)).collect();
        let body = response.body.clone().unwrap_or_default().into_bytes();
        Answer { status: response.status, headers, body }
    }

    fn header(line: &str) -> (HeaderName, HeaderValue) {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse().unwrap(), value.parse().unwrap())
    }
}
