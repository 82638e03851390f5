//! Faults that one answer does not show.

use std::collections::HashMap;

use corsac::probe::Exchange;
use http::Method;

use super::{
    faults::Fault,
    server::{Answer, app, correct, set, strict, strip},
};

/// A cache that takes the URL for the key.
fn cache(mut server: impl FnMut(&Exchange) -> Answer) -> impl FnMut(&Exchange) -> Answer {
    let mut stored: HashMap<String, Answer> = HashMap::new();
    move |exchange| {
        let request = exchange.request();
        if *request.method() != Method::GET {
            return server(exchange);
        }
        if let Some(stored) = stored.get(&request.uri().to_string()) {
            let mut answer = stored.clone();
            set(&mut answer, "age", "3");
            return answer;
        }
        let answer = server(exchange);
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
            cache(|exchange| correct(&strict(), exchange.request())),
        )
        .because("shared-cache"),
        Fault::new("one server of two is old", &["backends-disagree"], move |exchange| {
            count += 1;
            match count % 2 {
                0 => correct(&strict(), exchange.request()),
                _ => app(exchange.request()),
            }
        }),
        Fault::new("a balancer without headers on new connections", &["backends-disagree"], |it| {
            let mut answer = correct(&strict(), it.request());
            if it.way() == corsac::probe::Way::NewConnection {
                strip(answer.headers_mut());
            }
            answer
        }),
    ]
}
