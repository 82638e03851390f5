//! Under load, over real sockets: policies that are replaced a thousand times a second, also by files
//! that are broken, and look-ups that fail, hang and panic while others are served.

use std::{
    fs,
    future::pending,
    panic::resume_unwind,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use axum::{Router, routing::get};
use corsac::{AsyncCorsLayer, BuildError, Config, CorsLayer, Lookup, Policy, ReloadHandle};
use http::{Method, request::Parts};
use tokio::sync::watch;

use crate::{
    APP, EVIL, STRICT_FOR_APP, STRICT_FOR_NOBODY, STRICT_PREFLIGHT, STRICT_PREFLIGHT_REFUSED,
    client::{Answer, Client, from, preflight, soon},
    server::Server,
    strict,
};

/// Nothing in their answers to [`APP`] is the same.
const FILES: [&str; 2] = [
    r#"
        allow_origins = ["https://app.example.com", "https://a.example"]
        allow_methods = ["PUT"]
        allow_headers = ["authorization", "x-a"]
        expose_headers = ["x-a"]
        allow_credentials = true
        max_age = 1
    "#,
    r#"
        allow_origins = ["https://app.example.com", "https://b.example"]
        allow_methods = ["DELETE"]
        allow_headers = ["authorization", "x-b"]
        expose_headers = ["x-b"]
        max_age = 2
    "#,
];

/// In all: about two seconds.
const REPLACED: usize = 2000;
const ANSWERS_OF_EACH: usize = 2000;

const BROKEN: [&str; 4] = [
    "allow_origins = [\"https://a.example\"",
    "allow_orgins = \"*\"",
    "allow_origins = [\"https://evil.example/\"]",
    "allow_origins = \"*\"\nallow_credentials = true",
];

const ACTUAL: [&[&str]; 2] = [
    &[
        "access-control-allow-credentials: true",
        "access-control-allow-origin: https://app.example.com",
        "access-control-expose-headers: x-a",
        "vary: Origin",
    ],
    &[
        "access-control-allow-origin: https://app.example.com",
        "access-control-expose-headers: x-b",
        "vary: Origin",
    ],
];

const PREFLIGHT: [&[&str]; 2] = [
    &[
        "access-control-allow-credentials: true",
        "access-control-allow-headers: authorization, x-a",
        "access-control-allow-methods: PUT",
        "access-control-allow-origin: https://app.example.com",
        "access-control-max-age: 1",
        STRICT_PREFLIGHT_REFUSED[0],
    ],
    &[
        "access-control-allow-headers: authorization, x-b",
        "access-control-allow-methods: DELETE",
        "access-control-allow-origin: https://app.example.com",
        "access-control-max-age: 2",
        STRICT_PREFLIGHT_REFUSED[0],
    ],
];

fn load(file: &Path) -> Result<Policy, Box<dyn std::error::Error>> {
    let config: Config = toml::from_str(&fs::read_to_string(file)?)?;
    Ok(config.build_policy()?)
}

/// What a signal would have it do. Whether the file is in force now.
fn reload(handle: &ReloadHandle, file: &Path) -> bool {
    load(file).map(|policy| handle.replace(policy)).is_ok()
}

fn write(name: &str, text: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("storm-{name}.toml"));
    fs::write(&file, text).unwrap();
    file
}

/// Which of the two policies has answered. Nobody else may have, and no two together.
#[track_caller]
fn which(answer: &Answer, whole: [&[&str]; 2]) -> usize {
    let lines = answer.cors();
    whole.iter().position(|whole| *whole == lines).unwrap_or_else(|| panic!("{answer:?}"))
}

/// Replaces the policies until there was enough of both, and everything that is wrong in between.
fn storm(handle: &ReloadHandle, seen: &[AtomicUsize; 2]) {
    let good = [0, 1].map(|at| write(&format!("good-{at}"), FILES[at]));
    let broken = [0, 1, 2, 3].map(|at| write(&format!("broken-{at}"), BROKEN[at]));
    let is_enough = || seen.iter().all(|it| it.load(Ordering::Relaxed) >= ANSWERS_OF_EACH);
    let mut replaced = 0;
    while replaced < REPLACED || !is_enough() {
        assert!(reload(handle, &good[replaced % 2]));
        replaced += 1;
        if replaced % 10 == 0 {
            let before = handle.policy();
            assert!(!reload(handle, &broken[replaced / 10 % 4]));
            assert!(Arc::ptr_eq(&before, &handle.policy()));
        }
        assert!(replaced < 10 * REPLACED, "nobody answers: {seen:?}");
        // A thousand times a second, about.
        thread::sleep(Duration::from_micros(500));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_answer_is_wholly_of_one_policy_in_a_storm_of_reloads() {
    let first: Config = toml::from_str(FILES[0]).unwrap();
    let (cors, handle) = CorsLayer::reloadable(first.build_policy().unwrap());
    // Time enough to be replaced between a request and its response.
    let app = Router::new().fallback(get(tokio::task::yield_now)).layer(cors);
    let server = Server::axum(app).await;
    let seen = Arc::<[AtomicUsize; 2]>::default();
    let ended = Arc::<AtomicBool>::default();
    let clients: Vec<_> = (0..4)
        .map(|at| {
            let (seen, ended, address) = (seen.clone(), ended.clone(), server.address);
            tokio::spawn(async move {
                let mut client = if at % 2 == 0 {
                    Client::http1(address).await
                } else {
                    Client::http2(address).await
                };
                while !ended.load(Ordering::Relaxed) {
                    let actual = client.send(from(APP, Method::GET, "/")).await;
                    seen[which(&actual, ACTUAL)].fetch_add(1, Ordering::Relaxed);
                    let preflight = client.send(preflight(APP, "PUT", "/")).await;
                    seen[which(&preflight, PREFLIGHT)].fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let passed = tokio::task::spawn_blocking(move || storm(&handle, &seen)).await;
    ended.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    passed.unwrap();
}

/// The one moment in which it matters: the request is inside, its response is not yet out.
#[tokio::test]
async fn a_request_keeps_the_policy_that_it_came_with() {
    let [ours, theirs] = FILES.map(|file| {
        let config: Config = toml::from_str(file).unwrap();
        Arc::new(config.build_policy().unwrap())
    });
    let (cors, handle) = CorsLayer::reloadable(ours);
    let inside = move || {
        handle.replace(theirs.clone());
        async {}
    };
    let server = Server::axum(Router::new().fallback(get(inside)).layer(cors)).await;
    let mut client = Client::http1(server.address).await;
    client.send(from(APP, Method::GET, "/")).await.expect(200, ACTUAL[0]);
    client.send(from(APP, Method::GET, "/")).await.expect(200, ACTUAL[1]);
}

/// By path, from a database with everything that goes wrong there.
async fn look_up(path: String, good: Arc<Policy>) -> Lookup {
    let of_tenant = |origins: &[&str]| -> Result<Policy, BuildError> {
        CorsLayer::builder().allow_origins(origins).build_policy()
    };
    let limit = Duration::from_millis(20);
    tokio::task::yield_now().await;
    match path.as_str() {
        "/good" => Lookup::Policy(good),
        "/hangs" => match tokio::time::timeout(limit, pending::<Arc<Policy>>()).await {
            Ok(policy) => Lookup::Policy(policy),
            Err(_) => Lookup::NotFound,
        },
        "/typo" => match of_tenant(&[APP, "https://typo.example/"]) {
            Ok(policy) => Lookup::Policy(policy.into()),
            Err(_) => Lookup::NotFound,
        },
        // As `panic!`, without thousands of lines on the standard error.
        "/panics" => resume_unwind(Box::new("the database is broken")),
        _ => Lookup::NotFound,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn look_ups_that_go_wrong_grant_nothing_and_do_not_disturb_others() {
    const ROUNDS: usize = 300;
    let good = Arc::new(strict().build_policy().unwrap());
    let calls = Arc::<AtomicUsize>::default();
    let seen = calls.clone();
    let inside = move || {
        seen.fetch_add(1, Ordering::Relaxed);
        async {}
    };
    let cors = AsyncCorsLayer::new(move |parts: &Parts| {
        let path = parts.uri.path();
        if path == "/panics-at-once" {
            resume_unwind(Box::new("the database is broken"));
        }
        look_up(path.to_owned(), good.clone())
    });
    let server = Server::axum(Router::new().fallback(get(inside)).layer(cors)).await;
    let address = server.address;
    let panicking = ["/panics", "/panics-at-once"].map(|path| {
        tokio::spawn(async move {
            for _ in 0..ROUNDS / 10 {
                for request in [from(APP, Method::GET, path), preflight(APP, "PUT", path)] {
                    Client::http1(address).await.send_in_vain(request).await;
                }
            }
        })
    });
    let bad = ["/fails", "/hangs", "/typo"].map(|path| {
        tokio::spawn(async move {
            let mut client = Client::http1(address).await;
            for _ in 0..ROUNDS / 10 {
                client.send(from(APP, Method::GET, path)).await.expect(200, &STRICT_FOR_NOBODY);
                let preflight = client.send(preflight(APP, "PUT", path)).await;
                preflight.expect(403, &STRICT_PREFLIGHT_REFUSED);
            }
        })
    });
    let good = [0; 3].map(|_| {
        tokio::spawn(async move {
            let mut client = Client::http2(address).await;
            for _ in 0..ROUNDS {
                client.send(from(APP, Method::GET, "/good")).await.expect(200, &STRICT_FOR_APP);
                client.send(from(EVIL, Method::GET, "/good")).await.expect(200, &STRICT_FOR_NOBODY);
                let preflight = client.send(preflight(APP, "PUT", "/good")).await;
                preflight.expect(204, &STRICT_PREFLIGHT);
            }
        })
    });
    for client in panicking.into_iter().chain(bad).chain(good) {
        client.await.unwrap();
    }
    // The service gets every actual request but those whose look-up panics.
    assert_eq!(calls.load(Ordering::Relaxed), 3 * ROUNDS / 10 + 3 * 2 * ROUNDS);
}

/// What hangs has no end but the test's.
#[tokio::test]
async fn others_are_served_while_look_ups_hang() {
    const HANGING: usize = 50;
    let good = Arc::new(strict().build_policy().unwrap());
    let (open, gate) = watch::channel(false);
    let hanging = Arc::<AtomicUsize>::default();
    let count = hanging.clone();
    let cors = AsyncCorsLayer::new(move |parts: &Parts| {
        let (mut gate, good, count) = (gate.clone(), good.clone(), count.clone());
        let is_hanging = parts.uri.path() == "/hangs";
        async move {
            if is_hanging {
                count.fetch_add(1, Ordering::Relaxed);
                _ = gate.wait_for(|is_open| *is_open).await;
            }
            Lookup::Policy(good)
        }
    });
    let server = Server::axum(Router::new().fallback(get(async || ())).layer(cors)).await;
    let address = server.address;
    let waiting = [0; HANGING].map(|_| {
        let request = from(APP, Method::GET, "/hangs");
        tokio::spawn(async move { Client::http1(address).await.send(request).await })
    });
    let all_hang = async {
        while hanging.load(Ordering::Relaxed) < HANGING {
            tokio::task::yield_now().await;
        }
    };
    soon(all_hang).await;
    let mut client = Client::http1(address).await;
    for _ in 0..1000 {
        client.send(from(APP, Method::GET, "/")).await.expect(200, &STRICT_FOR_APP);
    }
    assert!(waiting.iter().all(|it| !it.is_finished()));
    open.send(true).unwrap();
    for request in waiting {
        request.await.unwrap().expect(200, &STRICT_FOR_APP);
    }
}
