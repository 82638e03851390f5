//! The losses of each gateway. `tests/edge` has the text, and checks it.

use std::time::Duration;

use http::Method;

use super::tree::{Map, Value};
use crate::{
    BuildError, CorsBuilder, CorsLayer, Enforcement, Policy,
    export::{Loss, Target},
};

const GATEWAYS: [&str; 9] = [
    "api-gateway",
    "azure-api-management",
    "cloudfront",
    "gateway-api",
    "google-load-balancer",
    "istio",
    "lambda-url",
    "s3",
    "traefik",
];

fn listed() -> CorsBuilder {
    CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://admin.example.com:8443"])
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers(["authorization", "content-type"])
        .expose_headers(["etag"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
}

/// Returns the losses that must be accepted.
fn refused(policy: &Policy, name: &str) -> Vec<Loss> {
    let Some(target) = Target::from_name(name) else { return Vec::new() };
    policy.export(&target).err().map_or_else(Vec::new, |error| error.losses().to_vec())
}

/// Returns the text of all files, with all losses accepted.
fn text(policy: &Policy, name: &str) -> Option<String> {
    let target = Loss::ALL.into_iter().fold(Target::from_name(name)?, Target::accept);
    let export = policy.export(&target).ok()?;
    Some(export.files().iter().map(|file| file.text()).collect())
}

/// Returns whether this text is a part of all files together.
fn has(policy: &Policy, name: &str, part: &str) -> bool {
    text(policy, name).is_some_and(|text| text.contains(part))
}

/// The smallest policies: the first losses are those of every policy.
#[test]
fn a_policy_that_fits() -> Result<(), BuildError> {
    let constant: [&[Loss]; 9] = [
        &[Loss::NoVary],
        &[Loss::ServiceHeaders],
        &[Loss::PreflightForwarded, Loss::NoVary],
        &[],
        &[Loss::ServiceHeaders],
        &[],
        &[Loss::ServiceHeaders, Loss::NoVary],
        &[Loss::NoVary],
        &[Loss::VaryLines],
    ];
    let policy = listed().build_policy()?;
    for (name, losses) in GATEWAYS.iter().zip(constant) {
        assert_eq!(refused(&policy, name), losses, "{name}");
    }
    let any = CorsLayer::builder().allow_any_origin().allow_headers(["x-key"]).build_policy()?;
    assert_eq!(refused(&any, "traefik"), []);
    assert_eq!(refused(&any, "gateway-api"), []);
    Ok(())
}

/// The first command of each guide exports the policy that the guide has for it.
#[cfg(feature = "serde")]
#[test]
fn the_policies_of_the_guides() -> Result<(), Box<dyn std::error::Error>> {
    for name in GATEWAYS {
        let file = format!("src/guide/edge/{}.md", name.replace('-', "_"));
        let page = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR")))?;
        let block = |start: &str| {
            let (_, block) = page.split_once(start)?;
            block.split_once("```").map(|(block, _)| block)
        };
        let config: crate::Config = toml::from_str(block("```toml\n").unwrap_or_default())?;
        let command = block("```sh\n").unwrap_or_default();
        let accepted = command.split_once("--accept-loss ").unwrap_or_default().1;
        let accepted: Vec<Loss> = accepted.trim().split(',').filter_map(Loss::from_id).collect();
        for loss in refused(&config.build_policy()?, name) {
            assert!(accepted.contains(&loss), "{file}: {loss}");
        }
    }
    Ok(())
}

/// Each loss that a policy can have at a gateway, all at once.
#[test]
fn a_policy_that_does_not_fit() -> Result<(), BuildError> {
    let policy = CorsLayer::builder()
        .allow_origins(["https://app.example.com"])
        .allow_origins(["https://pr-*.example.com", "https://*.example.org", "tauri://localhost"])
        .allow_methods(["PURGE"])
        .allow_any_header()
        .max_age(Duration::ZERO)
        .enforcement(Enforcement::Reject)
        .build_policy()?;
    let origins = [Loss::NotRejected, Loss::OmittedOrigins];
    let expected: [&[Loss]; 9] = [
        &[Loss::OmittedMethods, Loss::MaxAge, Loss::NoVary],
        &[Loss::OmittedHeaders, Loss::MaxAge, Loss::ServiceHeaders],
        &[
            Loss::OmittedMethods,
            Loss::OmittedHeaders,
            Loss::MaxAge,
            Loss::PreflightForwarded,
            Loss::NoVary,
        ],
        &[Loss::OmittedMethods, Loss::OmittedHeaders, Loss::MaxAge],
        &[Loss::MaxAge, Loss::ServiceHeaders],
        &[],
        &[
            Loss::OmittedMethods,
            Loss::OmittedHeaders,
            Loss::MaxAge,
            Loss::ServiceHeaders,
            Loss::NoVary,
        ],
        &[
            Loss::WiderOrigins,
            Loss::OmittedMethods,
            Loss::AddedCredentials,
            Loss::MaxAge,
            Loss::NoVary,
        ],
        &[Loss::VaryLines],
    ];
    for (name, losses) in GATEWAYS.iter().zip(expected) {
        let matches_all = ["istio", "traefik"].contains(name);
        let origins = if matches_all { &origins[..1] } else { &origins };
        let expected: Vec<Loss> = origins.iter().chain(losses).copied().collect();
        assert_eq!(refused(&policy, name), expected, "{name}");
    }
    Ok(())
}

#[test]
fn the_message_names_what_is_lost() -> Result<(), BuildError> {
    let listed = (0..9).map(|number| format!("https://*.tenant-{number}.example"));
    let policy = CorsLayer::builder()
        .allow_origins(["https://app.example.com"])
        .allow_origins(listed)
        .build_policy()?;
    let message = policy.export(&Target::api_gateway()).map_err(|error| error.to_string());
    let expected = "the policy cannot be exported:\n  - the gateway cannot allow some of the origins, \
                    so browsers refuse their pages: \"https://*.tenant-0.example\", \
                    \"https://*.tenant-1.example\", \"https://*.tenant-2.example\", \
                    \"https://*.tenant-3.example\", \"https://*.tenant-4.example\", \
                    \"https://*.tenant-5.example\", \"https://*.tenant-6.example\", \
                    \"https://*.tenant-7.example\" and 1 more; list fewer origins, https ones without \
                    wildcards, or use another target or the service, or accept the loss `omitted-origins`\n";
    assert!(message.is_err_and(|message| message.starts_with(expected)));
    Ok(())
}

/// Some gateways take an empty list of origins for any origin.
#[test]
fn no_origin_is_refused_whatever_is_accepted() -> Result<(), BuildError> {
    let wildcard = CorsLayer::builder().allow_origins(["tauri://localhost"]).build_policy()?;
    let everyone =
        CorsLayer::builder().dangerous_allow_any_origin_with_credentials().build_policy()?;
    for name in GATEWAYS {
        let matches_all = ["istio", "traefik"].contains(&name);
        assert_eq!(text(&wildcard, name).is_some(), matches_all, "{name}");
        assert_eq!(text(&everyone, name).is_some(), matches_all, "{name}");
        let deny_all = Policy::deny_all(Enforcement::OmitHeaders);
        assert_eq!(text(&deny_all, name).is_some(), name == "traefik", "{name}");
    }
    assert!(!has(&everyone, "istio", "\"*\"") && !has(&everyone, "traefik", "\"*\""));
    let error = wildcard.export(&Target::s3());
    assert!(error.is_err_and(
        |error| error.has_no_origin() && error.to_string().contains("none of the origins")
    ));
    Ok(())
}

/// With credentials, `*` is a name like any other to a browser, and gateways that echo it are open.
#[test]
fn star_and_credentials() -> Result<(), BuildError> {
    let open = |credentials| {
        let builder = CorsLayer::builder().allow_any_method().allow_any_header();
        let builder = builder.allow_origins(["https://app.example.com"]);
        builder.allow_credentials(credentials).build_policy()
    };
    for name in GATEWAYS {
        let text = text(&open(true)?, name).unwrap_or_default();
        // These answer with the requested names.
        let mirrors = ["gateway-api", "istio", "s3"].contains(&name);
        let stars = text.contains("\"*\"") || text.contains(">*<");
        assert_eq!(stars, mirrors, "{name}: {text}");
        // Beside `*`, or as a loss.
        let policy = open(false)?;
        let covers = has(&policy, name, "\"authorization\"") || ["istio", "s3"].contains(&name);
        assert_ne!(covers, refused(&policy, name).contains(&Loss::OmittedHeaders), "{name}");
    }
    Ok(())
}

#[test]
fn limits() -> Result<(), BuildError> {
    let origins = (0..101).map(|number| format!("https://tenant-{number}.example.com"));
    let headers = (0..101).map(|number| format!("x-{number}"));
    let policy = CorsLayer::builder()
        .allow_origins(origins)
        .allow_headers(headers)
        .max_age(Duration::from_secs(86_401))
        .build_policy()?;
    for (name, max) in [("gateway-api", 64), ("lambda-url", 100), ("istio", 101)] {
        let target = Target::from_name(name)
            .map(|target| Loss::ALL.into_iter().fold(target, Target::accept));
        let Some(Ok(export)) = target.map(|target| policy.export(&target)) else { continue };
        for loss in [Loss::OmittedOrigins, Loss::OmittedHeaders] {
            assert_eq!(export.entries(loss).count(), 101 - max, "{name}");
        }
        assert_eq!(export.losses().contains(&Loss::MaxAge), name == "lambda-url");
        assert_eq!(has(&policy, name, "tenant-64."), max > 64);
    }
    assert!(has(&policy, "api-gateway", "MaxAge: 86400\n"));
    assert!(has(&policy, "istio", "maxAge: \"86401s\"\n"));
    Ok(())
}

#[test]
fn wildcards() -> Result<(), BuildError> {
    let policy = CorsLayer::builder()
        .allow_origins([
            "https://*.example.org:8443",
            "http://localhost:*",
            "https://*.example.net:*",
            "https://pr-*.example.com",
            "https://*.my_host.example",
            "https://*.example.com.",
        ])
        .allow_credentials(true)
        .build_policy()?;
    let s3 = text(&policy, "s3").unwrap_or_default();
    for (origin, is_written) in [
        ("https://*.example.org:8443", true),
        ("http://localhost", true),
        ("http://localhost:*", true),
        ("https://pr-*.example.com", true),
        // Two of them.
        ("https://*.example.net:*", false),
        ("https://*.my_host.example", false),
        ("https://*.example.com.", false),
    ] {
        assert_eq!(s3.contains(&format!("\"{origin}\"")), is_written, "{origin}");
    }
    let origins = "allowOrigins:\n        - \"https://*.example.org:8443\"\n      allowCredentials";
    assert!(has(&policy, "gateway-api", origins));
    // The pattern counts as a whole, also where the gateway searches.
    let regex = r#""^https://(?:[a-z0-9_-]{1,63}\\.)+example\\.org:8443$""#;
    assert!(has(&policy, "istio", regex) && has(&policy, "traefik", regex));
    Ok(())
}

/// Resources of Kubernetes have no `_` in their names, and those of templates neither `_` nor `-`.
#[test]
fn named() -> Result<(), Box<dyn std::error::Error>> {
    let policy = CorsLayer::builder().allow_any_origin().build_policy()?;
    let traefik = policy.export(&Target::traefik().named("shop"))?;
    for file in traefik.files() {
        assert!(file.name().starts_with("shop_corsac."), "{}", file.name());
        assert!(file.purpose().contains("`shop-corsac"), "{}", file.purpose());
    }
    let text = |index: usize| traefik.files().get(index).map_or("", |file| file.text());
    assert!(
        text(0).contains("\n    shop-corsac:\n") && text(1).contains("name: \"shop-corsac\"\n")
    );
    let target = Target::cloudfront().accept(Loss::PreflightForwarded).accept(Loss::NoVary);
    let cloudfront = policy.export(&target.named("shop"))?;
    let [resources, behavior] = cloudfront.files() else { return Err("two files".into()) };
    for id in ["ShopCorsacCachePolicy", "ShopCorsacResponseHeadersPolicy"] {
        assert!(resources.text().contains(&format!("\n  {id}:\n")), "{}", resources.text());
        assert!(behavior.text().contains(&format!("Ref: \"{id}\"\n")), "{}", behavior.text());
    }
    Ok(())
}

#[test]
fn yaml_and_json() {
    let inner = Map::default().with("a", vec!["x", "{{y}}"]).with("b", 1_u64);
    let lists: Vec<Value> = vec![vec![true, false].into(), inner.clone().into()];
    let map = Map::default()
        .with_note("two\nlines", "note", "\"\\ {1,2}")
        .with("lists", lists)
        .with("empty", Vec::<Value>::new())
        .with_list("left_out", Vec::<Value>::new())
        .with("inner", inner);
    let yaml = r#"# two
# lines
note: "\"\\ {1,2}"
lists:
  -
    - true
    - false
  - a:
      - "x"
      - "\u007b\u007by}}"
    b: 1
empty: []
inner:
  a:
    - "x"
    - "\u007b\u007by}}"
  b: 1
"#;
    assert_eq!(map.to_yaml(), yaml);
    let json = r#"{
  "note": "\"\\ {1,2}",
  "lists": [[true, false], {
    "a": ["x", "\u007b\u007by}}"],
    "b": 1
  }],
  "empty": [],
  "inner": {
    "a": ["x", "\u007b\u007by}}"],
    "b": 1
  }
}
"#;
    assert_eq!(map.to_json(), json);
}
