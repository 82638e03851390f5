//! In its own process, because the counters are global.

#[expect(dead_code, reason = "the other tests need more of it")]
mod support;

use support::{OWN, SHOP, World};

#[tokio::test]
async fn decisions_and_look_ups_are_counted() {
    let world = World::new("metrics").await;
    world.add(SHOP, OWN).await;
    for _ in 0..3 {
        world.get(SHOP, OWN).await;
    }
    world.preflight(SHOP, OWN).await;
    for _ in 0..2 {
        world.get("unknown.localhost", OWN).await;
    }
    world.database().execute("DROP TABLE origins", []).unwrap();
    world.preflight("bank.localhost", OWN).await;

    let metrics = world.admin("GET", "/metrics", "").await.body;
    for line in [
        r#"cors_decisions_total{kind="actual",outcome="allowed"} 3"#,
        r#"cors_decisions_total{kind="actual",outcome="no-policy"} 2"#,
        r#"cors_decisions_total{kind="preflight",outcome="allowed"} 1"#,
        r#"cors_decisions_total{kind="preflight",outcome="no-policy"} 1"#,
        r#"cors_look_ups_total{result="found"} 4"#,
        r#"cors_look_ups_total{result="nobody"} 2"#,
        r#"cors_look_ups_total{result="failed"} 1"#,
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line} is not in:\n{metrics}");
    }
}
