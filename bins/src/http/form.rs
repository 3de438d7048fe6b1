//! Forms (`application/x-www-form-urlencoded`), as the OAuth endpoints take them.
use super::problem::Problem;

/// The fields of a form that was sent.
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads what was sent.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The field `name`; an empty one counts as left out (RFC 6749, section 3.2).
    ///
    /// # Errors
    /// 400 if it is there twice.
    pub fn field(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Problem::invalid_request()),
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_there_once_or_not_at_all() {
        let form = Form::parse(b"token=a%20b+c&empty=&twice=1&twice=2&\xff=x");
        assert_eq!(form.field("token").unwrap(), Some("a b c"));
        assert_eq!((form.field("empty").unwrap(), form.field("none").unwrap()), (None, None));
        assert!(form.field("twice").is_err());
    }
}
