//! The same policy, however it is written.

use corsac::{Config, CorsBuilder, CorsLayer, Enforcement};
use http::{HeaderMap, HeaderValue, Method, header::ORIGIN};
use serde::{
    Deserialize, Serialize,
    de::value::{Error, MapDeserializer},
};

use crate::json;

const TOML: &str = include_str!("files/all.toml");
const YAML: &str = include_str!("files/all.yaml");
const JSON: &str = include_str!("files/all.json");

#[test]
fn three_formats_say_the_same() {
    let config: Config = toml::from_str(TOML).unwrap();
    assert_eq!(serde_norway::from_str::<Config>(YAML).unwrap(), config);
    assert_eq!(json(JSON), config);

    let as_code = CorsLayer::builder()
        .allow_origins(["https://app.example.com", "https://*.example.com", "http://localhost:*"])
        .allow_methods(["PUT", "delete"])
        .allow_headers(["Authorization", "content-type"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .max_age(std::time::Duration::from_secs(600))
        .enforcement(Enforcement::Reject)
        .reject_status(http::StatusCode::MISDIRECTED_REQUEST)
        .dangerous_allow_null_origin()
        .dangerous_allow_insecure_origins();
    assert_eq!(format!("{:?}", CorsBuilder::from(config.clone())), format!("{as_code:?}"));

    // And back into each of them.
    assert_eq!(toml::from_str::<Config>(&toml::to_string(&config).unwrap()).unwrap(), config);
    let yaml = serde_norway::to_string(&config).unwrap();
    assert_eq!(serde_norway::from_str::<Config>(&yaml).unwrap(), config);
    assert_eq!(json(&serde_json::to_string(&config).unwrap()), config);
}

#[test]
fn nothing_said_is_nothing_written() {
    assert_eq!(serde_json::to_string(&Config::default()).unwrap(), "{}");
    assert_eq!(json("{}"), Config::default());
    let builder = CorsBuilder::from(Config::default());
    assert_eq!(format!("{builder:?}"), format!("{:?}", CorsBuilder::default()));
}

#[test]
fn a_field_of_a_larger_struct() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Settings {
        port: u16,
        cors: Config,
    }
    let settings: Settings = toml::from_str("port = 1\n[cors]\nallow_origins = '*'").unwrap();
    assert_eq!(settings.cors, json(r#"{ "allow_origins": ["*"] }"#));
    let text = toml::to_string(&settings).unwrap();
    assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
}

#[test]
fn a_star_is_any() {
    let config = json(
        r#"{
            "allow_origins": ["*"],
            "allow_methods": "*",
            "allow_headers": "*",
            "expose_headers": "*, x-id"
        }"#,
    );
    let as_code = CorsLayer::builder()
        .allow_any_origin()
        .allow_any_method()
        .allow_any_header()
        .expose_any_header()
        .expose_headers(["x-id"]);
    let policies = [CorsBuilder::from(config), as_code].map(|it| it.build_policy().unwrap());
    let [from_file, from_code] = policies.each_ref().map(|policy| format!("{policy:?}"));
    assert_eq!(from_file, from_code);
    assert_eq!(policies[0].config(), policies[1].config());
}

#[test]
fn lists_from_one_text() {
    let origins = |text: &str| json(&serde_json::json!({ "allow_origins": text }).to_string());
    let listed = |list: &[&str]| json(&serde_json::json!({ "allow_origins": list }).to_string());
    assert_eq!(origins(""), listed(&[]));
    assert_eq!(origins("  "), listed(&[]));
    assert_eq!(origins("https://a.example"), listed(&["https://a.example"]));
    let two = listed(&["https://a.example", "https://b.example"]);
    assert_eq!(origins("https://a.example,https://b.example"), two);
    assert_eq!(origins("\n https://a.example ,\thttps://b.example "), two);
}

#[test]
fn the_environment() {
    let from_vars = |vars: &[(&str, &str)]| {
        let vars = vars.iter().copied();
        Config::deserialize(MapDeserializer::<_, Error>::new(vars))
    };
    let config = from_vars(&[
        ("allow_origins", "https://a.example, https://b.example"),
        ("allow_origin_regexes", r"https://pr-[0-9]{1,3}\.example\.com"),
        ("allow_credentials", "true"),
        ("dangerous_allow_null_origin", " false "),
        ("max_age", "600"),
        ("enforcement", "reject"),
        ("reject_status", "404"),
    ]);
    let expected = json(
        r#"{
            "allow_origins": ["https://a.example", "https://b.example"],
            "allow_origin_regexes": ["https://pr-[0-9]{1,3}\\.example\\.com"],
            "allow_credentials": true,
            "max_age": 600,
            "enforcement": "reject",
            "reject_status": 404
        }"#,
    );
    assert_eq!(config.unwrap(), expected);
    assert_eq!(
        from_vars(&[("allow_methods", "PUT,,DELETE")]).unwrap_err().to_string(),
        "allow_methods[1] is empty in \"PUT,,DELETE\"; leave out the comma that is too many",
    );
}

#[test]
fn code_goes_on_where_the_file_ends() {
    let config = json(r#"{ "allow_origins": ["https://a.example"] }"#);
    let policy = CorsBuilder::from(config)
        .allow_origin_if(|origin| origin.host() == "b.example")
        .build_policy()
        .unwrap();
    for (origin, is_allowed) in
        [("https://a.example", true), ("https://b.example", true), ("https://c.example", false)]
    {
        let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
        assert_eq!(policy.evaluate(&Method::GET, &headers).is_allowed(), is_allowed);
    }
    assert_eq!(policy.config(), None);
}
