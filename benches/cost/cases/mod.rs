//! The rows of all tables that are counted.

use axum::body::Body;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, Method, Request, Response, Uri};
use tower::{Layer as _, Service};

use crate::services::{Cloned, Inner, LimitLayer, Routed, like_hyper, router};
use policy::Policy;

pub mod hostile;
pub mod policy;
pub mod responses;
pub mod routed;
pub mod served;
pub mod sizes;
pub mod workloads;

/// One row: a policy, the requests, and the target.
pub struct Case {
    pub name: String,
    pub policy: Policy,
    pub method: Method,
    /// Returns additional headers for the request with this number.
    pub headers: Box<dyn Fn(usize) -> Vec<(HeaderName, String)> + Sync>,
    /// Inserts the headers of the inner service's response. Routers have their own.
    pub response: fn(&mut HeaderMap),
    /// Inserts the same headers as corsac.
    pub limit: fn(&mut HeaderMap),
    pub stack: Stack,
    pub held: Held,
    /// The number of requests over which the count is averaged.
    pub requests: u32,
    pub target: Target,
}

/// The code around the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    /// Nothing.
    Bare,
    /// Something that clones the service for each request.
    Cloned,
    /// An axum router.
    Router,
}

/// How corsac's layer holds its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A `Policy`. Requests count references to it.
    Counted,
    /// A `&'static Policy`. Requests count no references.
    Static,
    Reloadable,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// The target, in the unit of the table.
    pub at_most: Option<f64>,
    /// The accepted value, if the target is missed.
    pub accepted: Option<f64>,
}

impl Target {
    pub const NONE: Self = Self { at_most: None, accepted: None };

    pub const fn at_most(target: f64) -> Self {
        Self { at_most: Some(target), accepted: None }
    }

    pub const fn missed(target: f64, accepted: f64) -> Self {
        Self { at_most: Some(target), accepted: Some(accepted) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Floor,
    Limit,
    Corsac,
    TowerHttp,
}

impl Subject {
    pub const ALL: [Self; 4] = [Self::Floor, Self::Limit, Self::Corsac, Self::TowerHttp];

    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Limit => "limit",
            Self::Corsac => "corsac",
            Self::TowerHttp => "tower-http",
        }
    }
}

/// A measurement of a subject.
pub trait Ask {
    fn ask<S, B, R>(self, service: S, request: impl Fn(usize) -> Request<B> + Sync)
    where
        B: Default,
        S: Service<Request<B>, Response = Response<R>, Error = std::convert::Infallible>
            + Clone
            + Send
            + Sync;
}

/// Returns all rows, without those that take long to build.
pub fn all() -> Vec<Case> {
    let parts =
        [workloads::cases(), responses::cases(), sizes::cases(), hostile::cases(), routed::cases()];
    parts.into_iter().flatten().collect()
}

impl Case {
    /// Returns whether the subject supports the policy of this case.
    pub fn has(&self, subject: Subject) -> bool {
        subject != Subject::TowerHttp || self.policy.tower_http().is_some()
    }

    pub fn ask(&self, subject: Subject, ask: impl Ask) {
        let bare = |at| self.request(at);
        let with_body = |at| {
            let mut request = self.request(at);
            *request.uri_mut() = Uri::from_static("/users/42");
            request.map(|()| Body::empty())
        };
        let limit = LimitLayer(self.limit);
        let corsac = || self.policy.corsac(self.held);
        let tower_http = || self.policy.tower_http().expect("callers check `Case::has` before");
        // Each stack has its own type of inner service, so that it has only one caller, which can inline it
        // as in an application.
        let (plain, cloned) = (Inner::<0>(self.response), Inner::<1>(self.response));
        match (self.stack, subject) {
            (Stack::Bare, Subject::Floor) => ask.ask(plain, bare),
            (Stack::Bare, Subject::Limit) => ask.ask(limit.layer(plain), bare),
            (Stack::Bare, Subject::Corsac) => ask.ask(corsac().layer(plain), bare),
            (Stack::Bare, Subject::TowerHttp) => ask.ask(tower_http().layer(plain), bare),
            (Stack::Cloned, Subject::Floor) => ask.ask(Cloned(cloned), bare),
            (Stack::Cloned, Subject::Limit) => ask.ask(Cloned(limit.layer(cloned)), bare),
            (Stack::Cloned, Subject::Corsac) => ask.ask(Cloned(corsac().layer(cloned)), bare),
            (Stack::Cloned, Subject::TowerHttp) => {
                ask.ask(Cloned(tower_http().layer(cloned)), bare);
            }
            (Stack::Router, subject) => {
                let app = match subject {
                    Subject::Floor => router(),
                    Subject::Limit => router().layer(limit),
                    Subject::Corsac => router().layer(corsac()),
                    Subject::TowerHttp => router().layer(tower_http()),
                };
                ask.ask(Routed(app), with_body);
            }
        }
    }

    pub fn request(&self, at: usize) -> Request<()> {
        like_hyper(self.method.clone(), &(self.headers)(at))
    }

    /// Asserts that the limit inserts exactly the headers that corsac inserts.
    pub fn assert_limit_is_fair(&self) {
        let mut cors = self.policy.corsac(self.held).layer(Inner::<2>(self.response));
        // The limits contain the origin with this number.
        let request = self.request(7);
        let response = cors.call(request).now_or_never().unwrap().unwrap();
        let mut expected = HeaderMap::new();
        (self.response)(&mut expected);
        (self.limit)(&mut expected);
        if self.policy == Policy::AnyHeader {
            // The mirrored names are not constant.
            assert!(response.headers().keys().all(|name| expected.contains_key(name)));
        } else {
            assert_eq!(*response.headers(), expected, "{}", self.name);
        }
    }
}
