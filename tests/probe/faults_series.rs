//! Faults that one answer does not show.

use std::collections::HashMap;

use http::{Method, Request};

use super::{
    fault::{FIRST_CONNECTIONS, Fault},
    server::{Answer, app, correct, set, strict, strip},
};

/// A cache that takes the URL for the key.
fn cache(mut server: impl FnMut(&Request<()>) -> Answer) -> impl FnMut(&Request<()>) -> Answer {
    let mut stored: HashMap<String, Answer> = HashMap::new();
    move |request| {
        if *request.method() != Method::GET {
            return server(request);
        }
        if let Some(stored) = stored.get(&request.uri().to_string()) {
            let mut answer = stored.clone();
            set(&mut answer, "age", "3");
            return answer;
        }
        let answer = server(request);
        stored.insert(request.uri().to_string(), answer.clone());
        answer
    }
}

pub(super) fn all() -> Vec<Fault> {
    let mut count = 0;
    vec![
        Fault::new(
            "a cache that ignores Vary",
            &["cache-mixes-origins"],
            cache(|request| correct(&strict(), request)),
        )
        .because("shared-cache"),
        Fault::new("one server of two is old", &["backends-disagree"], move |request| {
            count += 1;
            match count % 2 {
                0 => correct(&strict(), request),
                _ => app(request),
            }
        }),
        Fault::by_connection(
            "a server without headers behind the balancer",
            &["backends-disagree"],
            |request, connection| {
                let mut answer = correct(&strict(), request);
                if connection > FIRST_CONNECTIONS {
                    strip(answer.headers_mut());
                }
                answer
            },
        ),
    ]
}
