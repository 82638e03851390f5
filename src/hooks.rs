//! What a layer does besides: it tells somebody of decisions, and makes the bodies of its answers.

use std::{fmt, task::Poll};

use http::{HeaderMap, Response, Uri};

use self::sealed::{Hear, Own};
#[cfg(feature = "http-body")]
use crate::body::BodyOrEmpty;
use crate::decision::{Decision, Diagnosis};

/// What a layer does besides: [`NoHooks`], or what `on_decision`, `diagnosis_header`, `answer_body` and
/// `body_or_empty` make of them. `R` is the body of the inner service's responses.
///
/// You need not name it, and cannot implement it.
pub trait Hooks<R>: sealed::Hooks<R> {}

impl<R, T: sealed::Hooks<R>> Hooks<R> for T {}

pub(crate) mod sealed {
    use std::task::Poll;

    use http::{Response, Uri};

    use crate::decision::{Decision, Extra};

    pub trait Hear {
        /// What the response says of the decision.
        type Note: Extra;

        /// Whether anything comes of it to be told.
        fn is_listening(&self) -> bool;

        /// Is told of a decision.
        fn hear(&self, decision: &Decision<'_>, uri: &Uri) -> Self::Note;
    }

    #[diagnostic::on_unimplemented(
        message = "corsac cannot make an empty body of the type `{R}`",
        note = "where it has no `Default`, make one with `.answer_body(..)` on the layer, or take \
                `.body_or_empty()` (feature `http-body`); see the documentation of `corsac::Cors`"
    )]
    pub trait Hooks<R>: Hear {
        type Own: Own<R>;

        /// What there is to say of the answer to a request that the inner service does not see.
        fn own(&self, decision: &Decision<'_>) -> Self::Own;
    }

    /// Kept until the answer is asked for, and made a response of then.
    pub trait Own<R> {
        type Body;

        fn into_response(self) -> Response<Self::Body>;

        /// A response of the inner service, as one of the same type.
        fn pass_on<E>(inner: Poll<Result<Response<R>, E>>)
        -> Poll<Result<Response<Self::Body>, E>>;
    }
}

/// Nobody is told, and the body of an answer is that of `Default`.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHooks;

/// The empty body of an answer is that of `Default`.
#[derive(Debug, Clone, Copy)]
pub struct ByDefault;

impl Hear for NoHooks {
    type Note = ();

    #[inline]
    fn is_listening(&self) -> bool {
        false
    }

    fn hear(&self, _: &Decision<'_>, _: &Uri) {}
}

#[diagnostic::do_not_recommend]
impl<R: Default> sealed::Hooks<R> for NoHooks {
    type Own = ByDefault;

    fn own(&self, _: &Decision<'_>) -> ByDefault {
        ByDefault
    }
}

impl<R: Default> Own<R> for ByDefault {
    type Body = R;

    fn into_response(self) -> Response<R> {
        Response::new(R::default())
    }

    #[inline]
    fn pass_on<E>(inner: Poll<Result<Response<R>, E>>) -> Poll<Result<Response<R>, E>> {
        inner
    }
}

/// Somebody is told of the decisions.
///
/// Made by [`CorsLayer::on_decision`](crate::CorsLayer::on_decision).
#[derive(Clone)]
pub struct OnDecision<T, F> {
    pub(crate) others: T,
    pub(crate) observe: F,
}

impl<T: Hear, F: Fn(&Decision<'_>, &Uri)> Hear for OnDecision<T, F> {
    type Note = T::Note;

    fn is_listening(&self) -> bool {
        true
    }

    fn hear(&self, decision: &Decision<'_>, uri: &Uri) -> T::Note {
        let note = self.others.hear(decision, uri);
        (self.observe)(decision, uri);
        note
    }
}

impl<R, T: sealed::Hooks<R>, F: Fn(&Decision<'_>, &Uri)> sealed::Hooks<R> for OnDecision<T, F> {
    type Own = T::Own;

    fn own(&self, decision: &Decision<'_>) -> T::Own {
        self.others.own(decision)
    }
}

/// Responses say in a header what was decided, and why.
///
/// Made by [`CorsLayer::diagnosis_header`](crate::CorsLayer::diagnosis_header).
#[derive(Debug, Clone)]
pub struct DiagnosisHeader<T> {
    pub(crate) others: T,
    pub(crate) is_on: bool,
}

impl<T: Hear> Hear for DiagnosisHeader<T> {
    type Note = (T::Note, Option<Diagnosis>);

    fn is_listening(&self) -> bool {
        self.is_on || self.others.is_listening()
    }

    fn hear(&self, decision: &Decision<'_>, uri: &Uri) -> Self::Note {
        let diagnosis = if self.is_on { Diagnosis::of(decision) } else { None };
        (self.others.hear(decision, uri), diagnosis)
    }
}

impl<R, T: sealed::Hooks<R>> sealed::Hooks<R> for DiagnosisHeader<T> {
    type Own = T::Own;

    fn own(&self, decision: &Decision<'_>) -> T::Own {
        self.others.own(decision)
    }
}

/// A function makes the bodies of answers.
///
/// Made by [`CorsLayer::answer_body`](crate::CorsLayer::answer_body).
#[derive(Clone)]
pub struct AnswerBody<T, F> {
    pub(crate) others: T,
    pub(crate) make: F,
}

/// A body that a function has made, and the headers that belong to it.
#[derive(Debug)]
pub struct Made<R> {
    headers: HeaderMap,
    body: R,
}

impl<T: Hear, F> Hear for AnswerBody<T, F> {
    type Note = T::Note;

    fn is_listening(&self) -> bool {
        self.others.is_listening()
    }

    fn hear(&self, decision: &Decision<'_>, uri: &Uri) -> T::Note {
        self.others.hear(decision, uri)
    }
}

impl<R, T, F> sealed::Hooks<R> for AnswerBody<T, F>
where
    T: Hear,
    F: Fn(&Decision<'_>, &mut HeaderMap) -> R,
{
    type Own = Made<R>;

    fn own(&self, decision: &Decision<'_>) -> Made<R> {
        let mut headers = HeaderMap::new();
        let body = (self.make)(decision, &mut headers);
        Made { headers, body }
    }
}

impl<R> Own<R> for Made<R> {
    type Body = R;

    fn into_response(self) -> Response<R> {
        let mut response = Response::new(self.body);
        *response.headers_mut() = self.headers;
        response
    }

    #[inline]
    fn pass_on<E>(inner: Poll<Result<Response<R>, E>>) -> Poll<Result<Response<R>, E>> {
        inner
    }
}

/// Answers have no body, whatever the inner service's are.
///
/// Made by [`CorsLayer::body_or_empty`](crate::CorsLayer::body_or_empty).
#[cfg(feature = "http-body")]
#[derive(Debug, Clone)]
pub struct OrEmpty<T> {
    pub(crate) others: T,
}

/// The answer has no body.
#[cfg(feature = "http-body")]
#[derive(Debug, Clone, Copy)]
pub struct Empty;

#[cfg(feature = "http-body")]
impl<T: Hear> Hear for OrEmpty<T> {
    type Note = T::Note;

    fn is_listening(&self) -> bool {
        self.others.is_listening()
    }

    fn hear(&self, decision: &Decision<'_>, uri: &Uri) -> T::Note {
        self.others.hear(decision, uri)
    }
}

#[cfg(feature = "http-body")]
impl<R, T: Hear> sealed::Hooks<R> for OrEmpty<T> {
    type Own = Empty;

    fn own(&self, _: &Decision<'_>) -> Empty {
        Empty
    }
}

#[cfg(feature = "http-body")]
impl<R> Own<R> for Empty {
    type Body = BodyOrEmpty<R>;

    fn into_response(self) -> Response<BodyOrEmpty<R>> {
        Response::new(BodyOrEmpty::default())
    }

    #[inline]
    fn pass_on<E>(
        inner: Poll<Result<Response<R>, E>>,
    ) -> Poll<Result<Response<BodyOrEmpty<R>>, E>> {
        inner.map_ok(|response| response.map(BodyOrEmpty::from))
    }
}

impl<T: fmt::Debug, F> fmt::Debug for OnDecision<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnDecision").field("others", &self.others).finish_non_exhaustive()
    }
}

impl<T: fmt::Debug, F> fmt::Debug for AnswerBody<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerBody").field("others", &self.others).finish_non_exhaustive()
    }
}
