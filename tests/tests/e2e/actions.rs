//! What people do with the services, each as one call.
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::world::{PASSWORD, World};

/// A user and what they got by signing in.
pub struct Session {
    pub user_id: String,
    pub access: String,
    pub refresh: String,
}

impl World {
    /// The address of the user `name`, who is another in every world: they all share a mail server.
    pub fn address(&self, name: &str) -> String {
        let world = self.auth.rsplit(':').next().unwrap();
        format!("{name}@world{world}-{}.example", std::process::id())
    }

    pub fn at_auth(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/api/v1/auth{path}", self.auth))
    }

    pub fn at_products(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/api/v1/products{path}", self.product))
    }

    pub async fn register(&self, name: &str) -> Response {
        let body = json!({ "email": self.address(name), "username": name, "password": PASSWORD });
        self.at_auth(Method::POST, "/register").json(&body).send().await.unwrap()
    }

    pub async fn log_in(&self, name: &str, password: &str) -> Response {
        let body = json!({ "username": name, "password": password });
        self.at_auth(Method::POST, "/login").json(&body).send().await.unwrap()
    }

    /// Logs in and reads the code out of the mail: the user's id and the code.
    pub async fn start_login(&self, name: &str, password: &str) -> (String, String) {
        let address = self.address(name);
        let before = self.mails.codes_to(&address).len();
        let started = json_of(self.log_in(name, password).await, 200).await;
        let code = self.mails.code_to(&address, before).await;
        (started["user_id"].as_str().unwrap().to_owned(), code)
    }

    pub async fn verify(&self, user_id: &str, code: &str) -> Response {
        let body = json!({ "user_id": user_id, "code": code });
        self.at_auth(Method::POST, "/verify-code").json(&body).send().await.unwrap()
    }

    pub async fn sign_in(&self, name: &str) -> Session {
        let (user_id, code) = self.start_login(name, PASSWORD).await;
        let tokens = json_of(self.verify(&user_id, &code).await, 200).await;
        let text = |field: &str| tokens[field].as_str().unwrap().to_owned();
        Session { user_id, access: text("access_token"), refresh: text("refresh_token") }
    }

    /// Asks for a code to set a new password with.
    pub async fn forget(&self, address: &str) -> Response {
        let body = json!({ "email": address });
        self.at_auth(Method::POST, "/forgot-password").json(&body).send().await.unwrap()
    }

    /// The code that is sent to whoever forgot their password.
    pub async fn reset_code(&self, name: &str) -> String {
        let address = self.address(name);
        let before = self.mails.codes_to(&address).len();
        json_of(self.forget(&address).await, 202).await;
        self.mails.code_to(&address, before).await
    }

    pub async fn reset(&self, name: &str, code: &str, new: &str) -> Response {
        let body = json!({ "email": self.address(name), "code": code, "new_password": new });
        self.at_auth(Method::POST, "/reset-password").json(&body).send().await.unwrap()
    }

    pub async fn sessions(&self, of: &Session) -> Vec<Value> {
        let listed = self.at_auth(Method::GET, "/sessions").bearer_auth(&of.access).send().await.unwrap();
        json_of(listed, 200).await.as_array().unwrap().clone()
    }

    /// The id of the session that `of` is signed in by.
    pub async fn session_id(&self, of: &Session) -> String {
        let current = self.sessions(of).await.into_iter().find(|session| session["current"] == true);
        current.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// A new user's session.
    pub async fn newcomer(&self, name: &str) -> Session {
        assert_eq!(self.register(name).await.status(), 201);
        self.sign_in(name).await
    }

    /// A product by somebody who may make one.
    pub async fn create(&self, writer: &Session, body: Value) -> Value {
        let created =
            self.at_products(Method::POST, "").bearer_auth(&writer.access).json(&body).send().await.unwrap();
        json_of(created, 201).await
    }

    pub async fn laptop(&self, writer: &Session, stock: i64) -> String {
        let body = json!({ "name": "Laptop HP", "price": 899.99, "stock": stock });
        self.create(writer, body).await["id"].as_str().unwrap().to_owned()
    }

    pub async fn get_product(&self, id: &str, reader: &Session) -> Value {
        let found = self
            .at_products(Method::GET, &format!("/{id}"))
            .bearer_auth(&reader.access)
            .send()
            .await
            .unwrap();
        json_of(found, 200).await
    }
}

/// The body of an answer that must have `status`.
pub async fn json_of(answer: Response, status: u16) -> Value {
    let (got, url, text) = (answer.status(), answer.url().clone(), answer.text().await.unwrap());
    assert_eq!(got, StatusCode::from_u16(status).unwrap(), "{url}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{url}: not JSON: {text}"))
}
