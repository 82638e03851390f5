//! The headers of a policy, as far as they are the same for every response.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, VARY,
    },
};

use super::{other, vary};
use crate::{
    policy::{HeaderNames, Methods, Origins},
    shared::{Keeper, Shared},
};

/// Ready-made, because cloning a map costs less than filling one.
#[derive(Debug, PartialEq)]
pub(crate) struct ReadyHeaders {
    /// Where the policy names origins, the request's own takes the place of an empty one in here.
    pub(super) granted: HeaderMap,
    pub(super) preflight_granted: HeaderMap,
    pub(super) preflight_vary: HeaderValue,
    /// Where the exposed names are those of each response: the ones that always are.
    pub(super) exposed: Option<HeaderNames>,
}

impl ReadyHeaders {
    pub(crate) fn new(
        origins: &Origins,
        credentials: bool,
        methods: &Methods,
        request_headers: &HeaderNames,
        exposed: &HeaderNames,
        max_age: HeaderValue,
    ) -> Self {
        let (origin, vary) = match origins {
            // Fetch, "CORS protocol and HTTP caches": a constant varies on nothing.
            Origins::Any => (other::ANY, None),
            // The same section: what depends on `Origin` says so.
            Origins::Listed(_) => (HeaderValue::from_static(""), Some(vary::ORIGIN)),
        };
        let with_origin = |vary: Option<HeaderValue>| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.extend(vary.map(|names| (VARY, names)));
            // Fetch, "CORS check": just this spelling.
            let credentials = credentials.then_some(other::TRUE);
            headers.extend(credentials.map(|it| (ACCESS_CONTROL_ALLOW_CREDENTIALS, it)));
            headers
        };
        let mut granted = with_origin(vary);
        let names = match (exposed.any, credentials) {
            // Fetch, "main fetch": to a credentialed request `*` is a name like any other.
            (true, true) => None,
            (true, false) => Some(other::ANY),
            (false, _) => exposed.header.clone(),
        };
        granted.extend(names.map(|names| (ACCESS_CONTROL_EXPOSE_HEADERS, names)));

        // The full lists are sent, not the requested method alone: one cached answer then covers
        // every method and header (Fetch, "CORS-preflight cache").
        let preflight_vary = vary::of_preflight(origins);
        let mut preflight_granted = with_origin(Some(preflight_vary.clone()));
        preflight_granted.insert(ACCESS_CONTROL_MAX_AGE, max_age);
        let methods = methods.header.clone();
        preflight_granted.extend(methods.map(|it| (ACCESS_CONTROL_ALLOW_METHODS, it)));
        let names = request_headers.header.clone();
        preflight_granted.extend(names.map(|it| (ACCESS_CONTROL_ALLOW_HEADERS, it)));

        let exposed = (exposed.any && credentials).then(|| exposed.clone());
        Self { granted, preflight_granted, preflight_vary, exposed }
    }

    pub(crate) fn allows_credentials(&self) -> bool {
        self.preflight_granted.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS)
    }

    /// In seconds.
    pub(crate) fn max_age(&self) -> Option<u64> {
        self.preflight_granted.get(ACCESS_CONTROL_MAX_AGE)?.to_str().ok()?.parse().ok()
    }

    /// The exposed names are those of each response.
    pub(crate) fn exposes_what_is_there(&self) -> bool {
        self.exposed.is_some()
    }

    /// One place for all policies that send the same headers, if there is room.
    pub(crate) fn shared(self) -> Shared<Self> {
        static KEEPER: Keeper<ReadyHeaders> = Keeper::new(256 * 1024);
        let bytes = self.bytes();
        KEEPER.share(Arc::new(self), Some(bytes), PartialEq::eq, Self::make_constant)
    }

    fn bytes(&self) -> usize {
        let lines = self.granted.values().chain(self.preflight_granted.values());
        size_of::<Self>() + lines.map(|line| 200 + line.len()).sum::<usize>()
    }

    /// Clones of other values count references, which threads wait for too.
    fn make_constant(headers: &mut Arc<Self>) {
        let Some(Self { granted, preflight_granted, .. }) = Arc::get_mut(headers) else { return };
        let lines = granted.values_mut().chain(preflight_granted.values_mut());
        for line in lines.filter(|line| !other::is_own(line)) {
            if let Ok(text) = line.to_str() {
                *line = HeaderValue::from_static(Box::leak(Box::from(text)));
            }
        }
    }
}
