//! Deployments with one fault each, or with those of a real configuration that people copy.

use http::Request;

use super::{faults_matching, faults_preflight, faults_response, faults_series, server::Answer};

pub(super) struct Fault {
    pub(super) name: &'static str,
    /// The ids of what is found, in the order of a report.
    pub(super) finds: &'static [&'static str],
    /// The cause of the first finding.
    pub(super) cause: Option<&'static str>,
    pub(super) server: Box<Server>,
}

/// Answers a request on the connection with this number.
pub(super) type Server = dyn FnMut(&Request<()>, usize) -> Answer + Send;

/// A probe asks on this many connections before it repeats requests on new ones.
pub(super) const FIRST_CONNECTIONS: usize = 5;

impl Fault {
    pub(super) fn new(
        name: &'static str,
        finds: &'static [&'static str],
        mut server: impl FnMut(&Request<()>) -> Answer + Send + 'static,
    ) -> Self {
        Self::by_connection(name, finds, move |request, _| server(request))
    }

    pub(super) fn by_connection(
        name: &'static str,
        finds: &'static [&'static str],
        server: impl FnMut(&Request<()>, usize) -> Answer + Send + 'static,
    ) -> Self {
        Self { name, finds, cause: None, server: Box::new(server) }
    }

    pub(super) fn because(self, cause: &'static str) -> Self {
        Self { cause: Some(cause), ..self }
    }
}

pub(super) fn all() -> impl Iterator<Item = Fault> {
    let faults = faults_matching::all().into_iter().chain(faults_response::all());
    faults.chain(faults_preflight::all()).chain(faults_series::all())
}
