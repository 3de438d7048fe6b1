//! The table of routes: each says by its type who may use it. It serves the requests, the `Allow` header and the tests,
//! and there is no other way to a route. To add one: a line in the table of its service, under its policy.
mod by;
mod names;
mod policy;
#[cfg(test)]
mod tests;
mod unharmed;

use actix_web::{
    HttpResponse, Resource, Route,
    http::Method,
    web::{self, ServiceConfig},
};

use super::{metrics::Timed, problem::Problem};
pub use by::{By, by};
pub use names::{Anywhere, At, Names};
pub use policy::{Needs, Policy};

/// One route: what it answers, and for whom.
pub struct Entry {
    /// The method; GET stands for HEAD, too.
    pub method: Method,
    /// Its path.
    pub path: String,
    /// What the request must bring.
    pub needs: Needs,
    /// Whether it takes an `Idempotency-Key`.
    pub takes_key: bool,
    route: Route,
}

impl Entry {
    /// The same with something around its route.
    pub(crate) fn around(self, wrap: impl FnOnce(Route) -> Route) -> Self {
        Self { route: wrap(self.route), ..self }
    }
}

/// Routes, in their order.
pub struct Routes(Vec<Entry>);

impl Routes {
    /// The `entries`, all of them below the path `base`.
    #[must_use]
    pub fn below(base: &str, entries: impl IntoIterator<Item = Entry>) -> Self {
        let below = |entry: Entry| Entry { path: format!("{base}{}", entry.path), ..entry };
        Self(entries.into_iter().map(below).collect())
    }

    /// These and `others`.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Each of them.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Serves them. Other methods of their paths are answered with 405 and what is allowed.
    pub fn serve(self, config: &mut ServiceConfig) {
        let mut left = self.0;
        while let Some(path) = left.first().map(|entry| entry.path.clone()) {
            let (here, elsewhere): (Vec<_>, Vec<_>) = left.into_iter().partition(|entry| entry.path == path);
            let methods: Vec<_> = here.iter().map(|entry| allowed(&entry.method)).collect();
            let resource = resource(&path, methods.join(", "));
            config.service(here.into_iter().fold(resource, |resource, entry| resource.route(entry.route)));
            left = elsewhere;
        }
    }
}

fn allowed(method: &Method) -> &str {
    if method == Method::GET { "GET, HEAD" } else { method.as_str() }
}

/// A path that answers `methods`, to be given its routes.
fn resource(path: &str, methods: String) -> Resource {
    let resource = web::resource(path).app_data(Timed::of(path.to_owned()));
    resource.default_service(web::to(move || {
        let problem = Problem::method_not_allowed(methods.clone());
        async move { Err::<HttpResponse, _>(problem) }
    }))
}
