//! The requests that follow from a policy.

use http::{
    HeaderValue, Method, Request, Uri,
    header::{
        ACCEPT, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, IF_NONE_MATCH,
        ORIGIN,
    },
};

use super::{
    Place, Probe,
    check::Check,
    exchange::{Exchange, Scene, Way},
    origins::{FOREIGN, NearMiss, Witness, near_misses, witnesses},
    page::header_value,
};
use crate::policy::{Policy, fetch, lists::Methods};

/// The most methods that preflights ask for one by one.
const METHODS: usize = 8;
/// A name that no policy lists.
const UNLISTED_HEADER: &str = "x-corsac-probe";
/// The paths that name a place in the way of another one are at most this many.
const CONFUSED: usize = 20;

/// A request before it is an exchange.
struct Ask {
    place: usize,
    uri: Uri,
    origins: Vec<String>,
    scene: Scene,
    way: Way,
    near_miss: Check,
}

pub(super) struct Exchanges<'p> {
    probe: &'p Probe,
    list: Vec<Exchange>,
}

impl<'p> Exchanges<'p> {
    pub(super) fn of(probe: &'p Probe) -> Vec<Exchange> {
        let mut exchanges = Self { probe, list: Vec::new() };
        for (at, place) in probe.places.iter().enumerate() {
            match &place.policy {
                Some(policy) if at == 0 => exchanges.page(policy),
                Some(policy) => exchanges.other_page(at, policy),
                None => exchanges.without_cors(at),
            }
        }
        exchanges.confused();
        exchanges.list
    }

    /// The URL of the probe.
    fn page(&mut self, policy: &Policy) {
        let witnesses = witnesses(policy, &self.probe.origins);
        let misses = near_misses(policy, &self.probe.origins);
        let first = witnesses.first().map(|witness| witness.origin.as_str());
        self.in_order(&witnesses);
        for witness in &witnesses {
            self.get(&[&witness.origin], Scene::Page);
        }
        for miss in &misses {
            let ask = self.ask(&[&miss.origin], Scene::Page);
            self.send(Ask { near_miss: miss.check, ..ask });
        }
        let (method, names) = asked_for(policy);
        for witness in &witnesses {
            self.preflight(&[&witness.origin], &method, &names, Scene::Page);
        }
        self.near_preflights(&misses, &method, &names);
        let Some(first) = first else { return };
        self.lists(policy, first, &method, &names);
        self.several(first, policy);
        self.other_requests(first, &method, &names);
    }

    /// Requests that a cache mixes up if it does not look at `Vary`: two pages and a request without an
    /// origin at the same URL, and the same at new URLs.
    fn in_order(&mut self, witnesses: &[Witness]) {
        let origin = |at: usize| witnesses.get(at).map(|witness| witness.origin.as_str());
        let (first, other) = (origin(0).unwrap_or(FOREIGN), origin(1).unwrap_or(FOREIGN));
        for origins in [&[other][..], &[first], &[]] {
            let ask = self.ask(origins, Scene::Page);
            self.send(Ask { way: Way::InOrder, ..ask });
        }
        for (value, origins, scene) in [
            ("1", &[][..], Scene::FreshWithout),
            ("1", &[first][..], Scene::FreshThen),
            ("2", &[first][..], Scene::FreshAlone),
        ] {
            let Some(uri) = self.probe.target.with_query(value) else { continue };
            let ask = self.ask(origins, scene);
            self.send(Ask { uri, way: Way::InOrder, ..ask });
        }
    }

    /// Some implementations match preflights by other rules than requests.
    fn near_preflights(&mut self, misses: &[NearMiss], method: &str, names: &[String]) {
        let kinds = [
            Check::AnyOriginAllowed,
            Check::NullOriginAllowed,
            Check::OriginEndUnanchored,
            Check::DeniedOriginAllowed,
        ];
        for kind in kinds {
            let Some(miss) = misses.iter().find(|miss| miss.check == kind) else { continue };
            let ask = self.ask(&[&miss.origin], Scene::Page);
            self.send_preflight(Ask { near_miss: kind, ..ask }, method, names);
        }
    }

    /// Each method and header that the policy lists, and one of each that it does not.
    fn lists(&mut self, policy: &Policy, origin: &str, method: &str, names: &[String]) {
        let others = policy.methods.names.iter().filter(|name| *name != method);
        for other in others.take(METHODS) {
            self.preflight(&[origin], other, &[], Scene::Page);
        }
        let is_unlisted = |name: &&str| policy.methods.allowed_by(name.as_bytes()).is_none();
        if let Some(unlisted) = ["DELETE", "PUT", "PATCH", "CORSAC"].into_iter().find(is_unlisted) {
            self.preflight(&[origin], unlisted, &[], Scene::Page);
        }
        let mut more = names.to_vec();
        more.push(UNLISTED_HEADER.to_owned());
        more.sort();
        more.dedup();
        if more != names {
            self.preflight(&[origin], method, &more, Scene::Page);
        }
    }

    /// No browser sends several origins.
    fn several(&mut self, origin: &str, policy: &Policy) {
        if policy.origin_set().is_none() {
            return;
        }
        let list = format!("{origin}, {FOREIGN}");
        for origins in [&[origin, FOREIGN][..], &[FOREIGN, origin], &[list.as_str()]] {
            let ask = self.ask(origins, Scene::Page);
            self.send(Ask { near_miss: Check::SeveralOriginsAllowed, ..ask });
        }
    }

    fn other_requests(&mut self, origin: &str, method: &str, names: &[String]) {
        if let Some(uri) = self.missing() {
            let ask = self.ask(&[origin], Scene::Missing);
            self.send(Ask { uri: uri.clone(), ..ask });
            let ask = self.ask(&[origin], Scene::Missing);
            self.send_preflight(Ask { uri, ..ask }, method, names);
        }
        self.get(&[origin], Scene::Head);
        self.get(&[origin], Scene::NotModified);
        self.get(&[origin], Scene::PlainOptions);
        self.get(&[], Scene::PlainOptions);
        self.get(&[origin], Scene::ServerOptions);
        let ways = (0..self.probe.repeat).map(|_| Way::NewConnection).chain([Way::Http1]);
        for way in ways {
            let ask = self.ask(&[origin], Scene::Again);
            self.send(Ask { way, ..ask });
            let ask = self.ask(&[origin], Scene::Again);
            self.send_preflight(Ask { way, ..ask }, method, names);
        }
    }

    /// A further path with a policy of its own.
    fn other_page(&mut self, place: usize, policy: &Policy) {
        let Some(uri) = self.probe.target.at(&self.probe.places[place].path) else { return };
        let (method, names) = asked_for(policy);
        let foreign = near_misses(policy, &[]);
        if let Some(witness) = witnesses(policy, &[]).first() {
            let ask = self.ask(&[&witness.origin], Scene::Page);
            self.send(Ask { uri: uri.clone(), place, ..ask });
            let ask = self.ask(&[&witness.origin], Scene::Page);
            self.send_preflight(Ask { uri: uri.clone(), place, ..ask }, &method, &names);
        }
        if let Some(miss) = foreign.first() {
            let ask = self.ask(&[&miss.origin], Scene::Page);
            self.send(Ask { uri, place, near_miss: miss.check, ..ask });
        }
    }

    /// A path that must have no CORS, for the pages that the URL of the probe allows.
    fn without_cors(&mut self, place: usize) {
        let Some(uri) = self.probe.target.at(&self.probe.places[place].path) else { return };
        let policy = self.probe.places.iter().find_map(|place| place.policy.as_ref());
        let witnesses = policy.map(|policy| witnesses(policy, &self.probe.origins));
        let first = witnesses.iter().flatten().next();
        let origin = first.map_or(FOREIGN, |witness| &witness.origin);
        let ask = self.ask(&[origin], Scene::NoCors);
        self.send(Ask { uri: uri.clone(), place, ..ask });
        let ask = self.ask(&[origin], Scene::NoCors);
        self.send_preflight(Ask { place, uri, ..ask }, "GET", &[]);
    }

    /// Paths that some servers read as that of a place with a stricter policy.
    fn confused(&mut self) {
        let places = self.probe.places.iter().enumerate();
        let with_policy: Vec<(usize, &Place)> =
            places.filter(|(_, place)| place.policy.is_some()).collect();
        let mut count = 0;
        for (strict_at, strict) in &with_policy {
            for (_, loose) in with_policy.iter().filter(|(at, _)| at != strict_at) {
                let (Some(denies), Some(allows)) = (&strict.policy, &loose.policy) else {
                    continue;
                };
                let candidates = witnesses(allows, &[]);
                let mut candidates = candidates.iter().map(|witness| &witness.origin);
                let Some(origin) = candidates.find(|origin| !denies.check(origin).is_allowed())
                else {
                    continue;
                };
                for path in confusions(&loose.path, &strict.path) {
                    let Some(uri) = self.probe.target.at(&path) else { continue };
                    if count < CONFUSED {
                        let ask = self.ask(&[origin], Scene::Confused);
                        self.send(Ask {
                            uri,
                            place: *strict_at,
                            near_miss: Check::PathConfused,
                            ..ask
                        });
                        count += 1;
                    }
                }
            }
        }
    }

    /// A path that does not exist, with the policy of the URL.
    fn missing(&self) -> Option<Uri> {
        let path = self.probe.target.uri().path().trim_end_matches('/');
        self.probe.target.at(&format!("{path}/corsac-probe-no-such-path"))
    }

    fn get(&mut self, origins: &[&str], scene: Scene) {
        self.send(self.ask(origins, scene));
    }

    fn preflight(&mut self, origins: &[&str], method: &str, names: &[String], scene: Scene) {
        self.send_preflight(self.ask(origins, scene), method, names);
    }

    /// A request for the URL of the probe.
    fn ask(&self, origins: &[&str], scene: Scene) -> Ask {
        Ask {
            place: 0,
            uri: self.probe.target.uri().clone(),
            origins: origins.iter().copied().map(str::to_owned).collect(),
            scene,
            way: Way::AnyTime,
            near_miss: Check::DeniedOriginAllowed,
        }
    }

    fn send(&mut self, ask: Ask) {
        let method = match ask.scene {
            Scene::Head => Method::HEAD,
            Scene::PlainOptions | Scene::ServerOptions => Method::OPTIONS,
            _ => Method::GET,
        };
        let mut exchange = self.exchange(ask, method);
        let headers = exchange.request.headers_mut();
        if exchange.scene == Scene::NotModified {
            // RFC 9110, 13.1.2: 304 for every representation that exists.
            headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        if exchange.scene == Scene::ServerOptions {
            *exchange.request.uri_mut() = Uri::from_static("*");
        }
        exchange.request.headers_mut().extend(self.probe.headers.clone());
        self.list.push(exchange);
    }

    /// Without the headers of the user: preflights carry no credentials.
    fn send_preflight(&mut self, ask: Ask, method: &str, names: &[String]) {
        let mut exchange = self.exchange(ask, Method::OPTIONS);
        let headers = exchange.request.headers_mut();
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, header_value(method));
        // Fetch, "CORS-preflight fetch", step 5: without blanks, and not at all if there are none.
        if !names.is_empty() {
            headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, header_value(&names.join(",")));
        }
        self.list.push(exchange);
    }

    fn exchange(&self, ask: Ask, method: Method) -> Exchange {
        let Ask { place, uri, origins, scene, way, near_miss } = ask;
        let url = uri.to_string();
        let mut request = Request::new(());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("*/*"));
        for origin in origins {
            request.headers_mut().append(ORIGIN, header_value(&origin));
        }
        let curl_options = self.probe.curl_options.clone();
        Exchange { request, scene, way, place, near_miss, url, curl_options }
    }
}

/// Returns a method and header names that the policy allows: as many as possible.
fn asked_for(policy: &Policy) -> (String, Vec<String>) {
    let Methods { names: methods, .. } = &policy.methods;
    let is_unsafe = |name: &&String| !fetch::is_safelisted_method(name.as_bytes());
    let method = methods.iter().find(is_unsafe).map_or("GET", String::as_str);
    let listed = policy.rules.request_headers.listed.iter();
    let mut names: Vec<String> = listed.map(|name| name.to_ascii_lowercase()).collect();
    if policy.request_headers.any {
        names.extend(["authorization", UNLISTED_HEADER].map(str::to_owned));
    }
    names.sort();
    names.dedup();
    (method.to_owned(), names)
}

/// Returns spellings that some servers read as `strict`, and others as a path of `loose` or of neither.
fn confusions(loose: &str, strict: &str) -> Vec<String> {
    let loose = loose.trim_end_matches('/');
    let name = strict.trim_start_matches('/');
    let Some(first) = name.bytes().next() else { return Vec::new() };
    vec![
        format!("{loose}/..%2f{name}"),
        format!("{loose}/../{name}"),
        format!("//{name}"),
        format!("/%{first:02x}{}", &name[1..]),
        format!("/{}", name.to_ascii_uppercase()),
    ]
}
