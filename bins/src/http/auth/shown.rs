use chrono::{DateTime, Utc};
use domain_auth::User;
use domain_shared::Aggregate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A user, as the API shows them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserBody {
    /// The user's id.
    pub id: Uuid,
    /// Where codes go.
    #[schema(format = Email, example = "user@example.com")]
    pub email: String,
    /// The name they sign in with, as they typed it.
    #[schema(example = "testuser")]
    pub username: String,
    /// What people call them.
    #[schema(example = "Test User")]
    pub full_name: Option<String>,
    /// Where they can be called.
    #[schema(example = "+1234567890")]
    pub phone_number: Option<String>,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether they may manage others.
    pub is_superuser: bool,
    /// What a superuser granted them.
    pub scopes: Vec<String>,
    /// When they registered.
    pub created_at: DateTime<Utc>,
    /// When anything here changed last.
    pub updated_at: DateTime<Utc>,
}

impl From<&User> for UserBody {
    fn from(user: &User) -> Self {
        Self {
            id: user.id().0,
            email: user.email.to_string(),
            username: user.username.to_string(),
            full_name: user.full_name.as_ref().map(|name| name.as_str().to_owned()),
            phone_number: user.phone_number.as_ref().map(|number| number.as_str().to_owned()),
            is_active: user.is_active,
            is_superuser: user.is_superuser,
            scopes: user.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}
