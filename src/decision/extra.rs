//! What a response says besides what CORS asks for.

use http::{HeaderMap, HeaderValue};

use super::vary;

/// What a response says besides: nothing, at no cost; what else the choice of its policy depends on; why
/// it was decided so.
pub trait Extra: Default {
    fn add(&mut self, response: &mut HeaderMap);
}

impl Extra for () {
    #[inline]
    fn add(&mut self, _: &mut HeaderMap) {}
}

impl<A: Extra, B: Extra> Extra for (A, B) {
    #[inline]
    fn add(&mut self, response: &mut HeaderMap) {
        self.0.add(response);
        self.1.add(response);
    }
}

impl Extra for Option<HeaderValue> {
    fn add(&mut self, response: &mut HeaderMap) {
        if let Some(names) = self.take() {
            vary::merge(response, names);
        }
    }
}
