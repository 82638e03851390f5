//! Tenants that are added, removed or invalid, and a database that fails, over real sockets.

mod support;

use std::{fs, sync::Arc, time::Duration};

use corsac_tenants::Limits;
use support::{OWN, SHOP, World};

const EVIL: &str = "https://evil.example";
const BANK: &str = "bank.localhost";

/// Cache entries do not expire, so the tests see whether a change removes them.
const NEVER: Duration = Duration::from_secs(3600);

/// Returns a list of origins, one in each line.
fn many(count: usize) -> String {
    (0..count).flat_map(|at| ["https://a".into(), at.to_string(), ".example\n".into()]).collect()
}

#[tokio::test]
async fn an_origin_that_is_added_is_allowed_at_once_and_one_that_is_removed_is_not() {
    let limits = Limits { time_to_live: NEVER, ..Limits::default() };
    let world = World::with_limits("added", limits).await;
    // Now the cache has an entry for the missing tenant.
    assert!(!world.get(SHOP, OWN).await.is_granted(OWN));
    for round in 0..20 {
        assert_eq!(world.add(SHOP, OWN).await.body, "in force\n");
        assert!(world.get(SHOP, OWN).await.is_granted(OWN), "{round}");
        let preflight = world.preflight(SHOP, OWN).await;
        assert!(preflight.status == 204 && preflight.is_granted(OWN));
        assert!(!world.get(SHOP, EVIL).await.is_granted(EVIL));
        assert_eq!(world.remove(SHOP, OWN).await.body, "in force\n");
        assert!(!world.get(SHOP, OWN).await.is_granted(OWN), "{round}");
        assert_eq!(world.preflight(SHOP, OWN).await.status, 403);
    }
}

/// The list is long, so that the lookup is still running when the change arrives.
#[tokio::test]
async fn a_look_up_does_not_bring_back_what_was_removed_meanwhile() {
    let limits = Limits { time_to_live: NEVER, origins_of_a_tenant: 10_000, ..Limits::default() };
    let world = World::with_limits("meanwhile", limits).await;
    let path = format!("/tenants/{SHOP}/origins");
    let list = many(5000) + OWN;
    for _ in 0..4 {
        assert_eq!(world.admin("PUT", &path, &list).await.body, "in force\n");
        let (_, emptied) = tokio::join!(world.get(SHOP, OWN), world.admin("PUT", &path, ""));
        assert_eq!(emptied.body, "in force\n");
        assert!(!world.get(SHOP, OWN).await.is_granted(OWN));
    }
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    let world = World::new("each-other").await;
    world.add(SHOP, OWN).await;
    world.add(BANK, "https://bank.example").await;
    assert!(world.get(SHOP, OWN).await.is_granted(OWN));
    for host in [BANK, "unknown.localhost", "localhost", "", &"long.".repeat(100)] {
        let answer = world.get(host, OWN).await;
        assert_eq!((answer.status, answer.is_granted(OWN)), (200, false), "{host}");
        assert_eq!(world.preflight(host, OWN).await.status, 403, "{host}");
    }
    assert!(world.get("SHOP.localhost:3000", OWN).await.is_granted(OWN));
}

/// The change is made by another process.
#[tokio::test]
async fn what_is_in_memory_is_forgotten() {
    let limits = Limits { time_to_live: Duration::from_millis(1), ..Limits::default() };
    let world = World::with_limits("forgotten", limits).await;
    assert!(!world.get(SHOP, OWN).await.is_granted(OWN));
    world.database().execute("INSERT INTO origins VALUES (?1, ?2)", [SHOP, OWN]).unwrap();
    while !world.get(SHOP, OWN).await.is_granted(OWN) {}
}

#[tokio::test]
async fn a_broken_database_grants_nothing() {
    let limits = Limits { time_to_live: Duration::ZERO, ..Limits::default() };
    let world = World::with_limits("broken", limits).await;
    world.add(SHOP, OWN).await;
    assert!(world.get(SHOP, OWN).await.is_granted(OWN));

    world.database().execute("ALTER TABLE origins RENAME TO hidden", []).unwrap();
    let answer = world.get(SHOP, OWN).await;
    assert_eq!((answer.status, answer.is_granted(OWN)), (200, false));
    assert_eq!(world.preflight(SHOP, OWN).await.status, 403);
    assert_eq!(world.add(SHOP, EVIL).await.status, 503);

    world.database().execute("ALTER TABLE hidden RENAME TO origins", []).unwrap();
    assert!(world.get(SHOP, OWN).await.is_granted(OWN), "that it failed was not remembered");
    assert!(!world.get(SHOP, EVIL).await.is_granted(EVIL), "what was not stored");

    fs::write(&world.file, "no database".repeat(10_000)).unwrap();
    assert!(!world.get(SHOP, OWN).await.is_granted(OWN));
}

/// The rows were not written by this program.
#[tokio::test]
async fn a_row_that_is_no_policy_grants_nothing() {
    let world = World::new("no-policy").await;
    for origin in [OWN, "https://shop.example/"] {
        world.database().execute("INSERT INTO origins VALUES (?1, ?2)", [SHOP, origin]).unwrap();
    }
    assert!(!world.get(SHOP, OWN).await.is_granted(OWN));
    world.remove(SHOP, "https://shop.example/").await;
    assert!(world.get(SHOP, OWN).await.is_granted(OWN));
}

#[tokio::test]
async fn a_hanging_database_refuses_in_time() {
    let limits = Limits { look_up: Duration::from_millis(100), ..Limits::default() };
    let world = Arc::new(World::with_limits("hanging", limits).await);
    world.add(SHOP, OWN).await;
    world.add(BANK, OWN).await;
    assert!(world.get(BANK, OWN).await.is_granted(OWN));

    // The lock is held until all responses have arrived.
    let other = world.database();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let (page, preflight, known, changed) = tokio::join!(
        world.get(SHOP, OWN),
        world.preflight(SHOP, OWN),
        world.get(BANK, OWN),
        world.add(SHOP, EVIL),
    );
    assert_eq!((page.status, page.is_granted(OWN)), (200, false));
    assert_eq!((preflight.status, preflight.is_granted(OWN)), (403, false));
    assert!(known.is_granted(OWN), "who is in memory waits for nothing");
    assert_eq!(changed.status, 503);

    // If the requests waited for each other, this would take longer than the test allows.
    let pages = (0..200).map(|at| {
        let world = world.clone();
        tokio::spawn(async move { world.get(&format!("tenant{at}.localhost"), OWN).await })
    });
    for page in pages.collect::<Vec<_>>() {
        assert!(!page.await.unwrap().is_granted(OWN));
    }

    other.execute_batch("COMMIT").unwrap();
    assert!(world.get(SHOP, OWN).await.is_granted(OWN));
    assert!(!world.get(SHOP, EVIL).await.is_granted(EVIL));
}

#[tokio::test]
async fn what_a_tenant_gets_wrong_is_said_and_not_stored() {
    let world = World::new("wrong").await;
    world.add(SHOP, OWN).await;
    let path = format!("/tenants/{SHOP}/origins");
    for (list, problem) in [
        (many(10_000).as_str(), "10000 origins; a tenant has at most 100"),
        ("*", "allow_origins[0] \"*\": `*` is not a pattern; use `allow_any_origin()`"),
        ("null", "allow_origins[0] \"null\": "),
        ("https://a.example/", "an origin has no path; write \"https://a.example\""),
        ("http://a.example", "http://a.example"),
        ("https://*.com", "https://*.com"),
        ("' OR 1=1; --", "' OR 1=1; --"),
        ("https://ok.example\n\n", "\"\": an origin cannot be empty"),
        ("\u{1F98A}\0\u{202E}", "invalid CORS policy (1 problem)"),
        ("https://evil.example\nhttps://b.example:443\nhttps://C.example", "(2 problems)"),
    ] {
        let answer = world.admin("PUT", &path, list).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(answer.body.contains(problem), "{problem}: {}", answer.body);
        assert!(answer.body.len() < 1000, "{}", answer.body);
        assert!(world.get(SHOP, OWN).await.is_granted(OWN));
        assert!(!world.get(SHOP, EVIL).await.is_granted(EVIL));
    }
    let answer = world.add(SHOP, "https://shop.example/cart").await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("write \"https://shop.example\""), "{}", answer.body);
    assert_eq!(world.admin("POST", &path, EVIL).await.status, 405);
    let answer = world.admin("PUT", &path, "https://a.example\nhttps://*.b.example").await;
    assert_eq!(answer.body, "in force\n");
    assert!(world.get(SHOP, "https://x.b.example").await.is_granted("https://x.b.example"));
    assert!(!world.get(SHOP, OWN).await.is_granted(OWN), "the list is another one");
}
