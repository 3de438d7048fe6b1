//! How operations fail, for `/openapi.json`: each names what it can answer besides its success.
use std::collections::BTreeMap;

use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, HeaderBuilder, RefOr, ResponseBuilder,
        response::Response,
        schema::{ObjectBuilder, Type},
    },
};

macro_rules! failures {
    ($($(#[$doc:meta])* $Name:ident { $($status:literal $description:literal $(, $header:literal)?;)+ })+) => {
        $(
            $(#[$doc])*
            pub struct $Name;

            impl IntoResponses for $Name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    let all = [$(($status, problem($description, &[$($header)?]))),+];
                    all.into_iter().map(|(status, problem): (&str, _)| (status.to_owned(), problem)).collect()
                }
            }
        )+
    };
}

failures! {
    /// Its body can't be taken.
    BadBody {
        "400" "It is malformed; `code` says how";
        "408" "The body took too long to arrive";
        "413" "The body is too large";
        "415" "The content type is none of JSON's";
        "422" "Fields break rules; `errors` says which";
    }
    /// Its batch can't be taken.
    BadBatch {
        "400" "It is malformed, as a whole; `code` says how";
        "408" "The body took too long to arrive";
        "413" "The body is too large, or has too many rows";
        "415" "The content type is none of those";
        "422" "With `atomic`: some rows can't be stored, so none was; `results` says which";
    }
    /// Its form can't be taken.
    BadForm {
        "400" "A field is missing or there twice";
        "408" "The body took too long to arrive";
        "413" "The body is too large";
        "415" "The content type isn't that of a form";
    }
    /// It is only for services of ours.
    NoCredentials {
        "401" "Without good credentials it isn't done", "WWW-Authenticate";
    }
    /// Its condition can't be read, or doesn't hold.
    BadCondition {
        "400" "It is malformed; `code` says how";
        "412" "It is another version than the one you looked at";
    }
    /// Its query can't be taken.
    BadQuery {
        "422" "Parameters break rules; `errors` says which";
    }
    /// It doesn't know who is asking.
    NotSignedIn {
        "401" "Without a good token or the right credentials, it isn't done", "WWW-Authenticate";
    }
    /// It isn't done for everybody.
    NotAllowed {
        "403" "You may not do this";
    }
    /// What it is about may not be there.
    NotThere {
        "404" "There is no such thing";
    }
    /// Something may stand in its way.
    InTheWay {
        "409" "Something stands in the way; `code` says what";
    }
    /// It isn't done as often as that.
    TooSoon {
        "429" "It was done just now", "Retry-After";
    }
    /// It isn't tried as often as that.
    TooOften {
        "429" "It was tried too often; nothing was done", "Retry-After";
    }
    /// What it depends on may be out of order.
    OutOfOrder {
        "503" "Something that it depends on is out of order", "Retry-After";
    }
}

/// A problem document (RFC 9457).
fn problem(description: &str, headers: &[&str]) -> RefOr<Response> {
    let schema = utoipa::openapi::Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let text = || HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
    let response = ResponseBuilder::new().description(description);
    let response = headers.iter().fold(response, |response, header| response.header(*header, text()));
    RefOr::T(response.content("application/problem+json", content).build())
}
