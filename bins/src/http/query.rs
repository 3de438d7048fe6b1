//! Query strings: each known parameter checked, all their faults told at once, unknown ones ignored.
use std::borrow::Cow;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use domain_shared::{Invalid, Limit, ValueObject};
use std::future::{Ready, ready};

use super::{field::Violations, problem::Problem};

/// A request's query string.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
    violations: Violations,
}

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::parse(request.query_string())))
    }
}

impl Query {
    fn parse(query: &str) -> Self {
        let own = |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned());
        let pairs = url::form_urlencoded::parse(query.as_bytes()).map(own).collect();
        Self { pairs, violations: Violations::default() }
    }

    /// A parameter, read by `parse`; of one that is given twice, the last.
    pub fn get<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let value = self.pairs.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str())?;
        let parsed = if value.contains('\0') { Err(Invalid::ForbiddenCharacter) } else { parse(value) };
        parsed.map_err(|rule| self.violations.add(name, rule)).ok()
    }

    /// A parameter that is `true` or `false`.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.get(name, |value| match value {
            "true" | "True" | "1" => Ok(true),
            "false" | "False" | "0" => Ok(false),
            _ => Err(Invalid::Type(bool::EXPECTED)),
        })
    }

    /// A text to search for; an empty one is none.
    pub fn search(&mut self) -> Option<String> {
        let bounded = |value: &str| match value.chars().count() {
            ..=200 => Ok(value.trim().to_owned()),
            _ => Err(Invalid::TooLong(200)),
        };
        self.get("search", bounded).filter(|text| !text.is_empty())
    }

    /// How many items the caller wants.
    pub fn limit(&mut self) -> Limit {
        let parse =
            |value: &str| value.parse().map_err(|_| Invalid::Type(Limit::EXPECTED)).and_then(Limit::parse);
        self.get("limit", parse).unwrap_or_default()
    }

    /// This query with `cursor` in place of whatever said where to start, as the target of a link.
    #[must_use]
    pub fn with_cursor(&self, path: &str, cursor: &str) -> String {
        let kept = self.pairs.iter().filter(|(name, _)| name != "cursor" && name != "page");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("cursor", cursor)
            .finish();
        format!("<{path}?{query}>; rel=\"next\"")
    }

    /// Fails if any parameter was bad.
    ///
    /// # Errors
    /// 422 with all of them.
    pub fn result(&mut self) -> Result<(), Problem> {
        std::mem::take(&mut self.violations).result()
    }
}
