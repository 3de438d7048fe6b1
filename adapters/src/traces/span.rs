use std::{borrow::Cow, collections::HashMap};

use opentelemetry::{
    Context, KeyValue, StringValue,
    context::WithContext,
    global,
    propagation::TextMapPropagator,
    trace::{FutureExt, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// What all spans of ours are made by.
const SCOPE: &str = "panal";

/// The headers of W3C Trace Context.
const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// Under what a span comes.
#[derive(Debug, Clone)]
pub struct Parent(Context);

impl Parent {
    /// Whatever this code is called within; nothing, if it is called within no span.
    #[must_use]
    pub fn here() -> Self {
        Self(Context::current())
    }

    /// The span of another process, or of this one at another time, that these headers of W3C Trace Context name; nothing,
    /// if they name none.
    #[must_use]
    pub fn told(traceparent: Option<&str>, tracestate: Option<&str>) -> Self {
        let named = |name: &str, value: Option<&str>| Some((name.to_owned(), value?.to_owned()));
        let headers: HashMap<_, _> =
            [named(TRACEPARENT, traceparent), named(TRACESTATE, tracestate)].into_iter().flatten().collect();
        Self(TraceContextPropagator::new().extract_with_context(&Context::new(), &headers))
    }
}

/// A piece of work that a trace shows. It has ended once this is dropped.
#[derive(Debug)]
pub struct Span(Context);

impl Span {
    /// Begins one within whatever this code is called within.
    pub fn begin(
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        attributes: impl IntoIterator<Item = KeyValue>,
    ) -> Self {
        Self::below(&Parent::here(), name, kind, attributes)
    }

    /// Begins one below `parent`.
    pub fn below(
        Parent(parent): &Parent,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        attributes: impl IntoIterator<Item = KeyValue>,
    ) -> Self {
        let builder = SpanBuilder::from_name(name).with_kind(kind).with_attributes(attributes);
        Self(parent.with_span(global::tracer(SCOPE).build_with_context(builder, parent)))
    }

    /// Does `work` within it.
    pub fn around<F: Future>(&self, work: F) -> WithContext<F> {
        work.with_context(self.0.clone())
    }

    /// Its name in W3C Trace Context, for others to come below it; `None` while no traces are made.
    #[must_use]
    pub fn traceparent(&self) -> Option<String> {
        let span = self.0.span();
        let known = span.span_context();
        let flags = known.trace_flags().to_u8();
        known.is_valid().then(|| format!("00-{}-{}-{flags:02x}", known.trace_id(), known.span_id()))
    }

    /// Whether anybody will see it: what would be said about it needn't be found out otherwise.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.0.span().is_recording()
    }

    /// Gives it another name.
    pub fn rename(&self, name: String) {
        self.0.span().update_name(name);
    }

    /// Says something about it.
    pub fn say(&self, attribute: KeyValue) {
        self.0.span().set_attribute(attribute);
    }

    /// Says that it came to nothing, for a reason that has a name; not more, since errors quote what somebody typed in.
    pub fn failed(&self, reason: impl Into<StringValue>) {
        self.say(KeyValue::new("error.type", reason.into()));
        self.0.span().set_status(Status::error(""));
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        // What was begun within it may still hold it, and goes on.
        self.0.span().end();
    }
}

/// `work`, which somebody else will do, within the span that this is called within.
pub fn carried<F: Future>(work: F) -> WithContext<F> {
    work.with_current_context()
}

/// The ids of the trace and of the span that this is called within, as logs have them.
#[must_use]
pub fn current() -> Option<(String, String)> {
    Context::map_current(|context| {
        let span = context.span();
        let known = span.span_context();
        known.is_valid().then(|| (known.trace_id().to_string(), known.span_id().to_string()))
    })
}
