//! The tables, as both databases have them. The migrations are what makes them so.

/// `table!` with the portable column types in scope.
macro_rules! tables {
    ($($name:ident ($($key:ident),+) { $($(#[$meta:meta])* $column:ident -> $Type:ty,)+ })+) => {
        $(diesel::table! {
            use diesel::sql_types::*;
            use crate::sql::types::{SqlJson, SqlTime, SqlUuid};

            $name ($($key),+) { $($(#[$meta])* $column -> $Type,)+ }
        })+
    };
}

tables! {
    users (id) {
        id -> SqlUuid,
        email -> Text,
        username -> Text,
        username_key -> Text,
        full_name -> Nullable<Text>,
        phone_number -> Nullable<Text>,
        language -> Text,
        is_active -> Bool,
        is_superuser -> Bool,
        scopes -> Text,
        password_hash -> Text,
        search_text -> Text,
        created_at -> SqlTime,
        updated_at -> SqlTime,
        password_changed_at -> SqlTime,
        sessions_from -> SqlTime,
        kept_session -> Nullable<SqlUuid>,
        version -> BigInt,
    }
    sessions (id) {
        id -> SqlUuid,
        user_id -> SqlUuid,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        started_at -> SqlTime,
        refreshed_at -> SqlTime,
        expires_at -> SqlTime,
        generation -> BigInt,
        end_reason -> Nullable<Text>,
        version -> BigInt,
    }
    login_codes (user_id, purpose) {
        user_id -> SqlUuid,
        purpose -> Text,
        challenge_id -> SqlUuid,
        issued_at -> SqlTime,
        expires_at -> SqlTime,
        attempts -> BigInt,
        sent_at -> SqlTime,
        place -> Nullable<Text>,
        tries_known -> BigInt,
        tries_of_others -> BigInt,
    }
    products (id) {
        id -> SqlUuid,
        name -> Text,
        name_key -> Text,
        description -> Nullable<Text>,
        price_minor -> BigInt,
        currency -> Text,
        price_e4 -> BigInt,
        stock -> BigInt,
        sku -> Nullable<Text>,
        category -> Nullable<Text>,
        low_stock_threshold -> BigInt,
        is_active -> Bool,
        is_deleted -> Bool,
        search_text -> Text,
        created_at -> SqlTime,
        updated_at -> SqlTime,
        version -> BigInt,
    }
    events (position) {
        position -> BigInt,
        id -> SqlUuid,
        aggregate_type -> Text,
        aggregate_id -> SqlUuid,
        sequence -> BigInt,
        #[sql_name = "type"]
        kind -> Text,
        occurred_at -> SqlTime,
        actor -> Nullable<SqlUuid>,
        command_id -> SqlUuid,
        traceparent -> Nullable<Text>,
        data -> SqlJson,
        origin -> Nullable<SqlJson>,
    }
    audit_chain (position) {
        position -> BigInt,
        event_id -> SqlUuid,
        previous -> Binary,
        digest -> Binary,
    }
    checkpoints (subscriber) {
        subscriber -> Text,
        position -> BigInt,
    }
    inbox (consumer, event_id) {
        consumer -> Text,
        event_id -> SqlUuid,
    }
    dead_letters (reactor, event_id) {
        reactor -> Text,
        event_id -> SqlUuid,
        reason -> Text,
        failed_at -> SqlTime,
        requeued -> Bool,
    }
    projections (name, generation) {
        name -> Text,
        generation -> BigInt,
        is_live -> Bool,
        position -> BigInt,
    }
    stock_ledger (generation, id) {
        generation -> BigInt,
        id -> SqlUuid,
        product_id -> SqlUuid,
        version -> BigInt,
        position -> BigInt,
        delta -> BigInt,
        stock_after -> BigInt,
        reason -> Nullable<Text>,
        reference -> Nullable<Text>,
        actor -> Nullable<SqlUuid>,
        occurred_at -> SqlTime,
    }
    inventory (generation, product_id) {
        generation -> BigInt,
        product_id -> SqlUuid,
        position -> BigInt,
        category -> Nullable<Text>,
        price_minor -> BigInt,
        currency -> Text,
        stock -> BigInt,
        low_stock_threshold -> BigInt,
        is_active -> Bool,
    }
    user_activity (generation, user_id) {
        generation -> BigInt,
        user_id -> SqlUuid,
        position -> BigInt,
        registered_at -> SqlTime,
        last_login_at -> Nullable<SqlTime>,
        logins -> BigInt,
        password_changed_at -> Nullable<SqlTime>,
        last_event_at -> SqlTime,
    }
    revocations (place) {
        place -> BigInt,
        event_id -> SqlUuid,
        session_id -> Nullable<SqlUuid>,
        user_id -> Nullable<SqlUuid>,
        at -> SqlTime,
    }
    idempotency_keys (key) {
        key -> Binary,
        fingerprint -> Binary,
        command_id -> SqlUuid,
        leased_until -> SqlTime,
        expires_at -> SqlTime,
        answer -> Nullable<Binary>,
    }
    signing_keys (id) {
        id -> Text,
        algorithm -> Text,
        sealed -> Nullable<Binary>,
        created_at -> SqlTime,
        signs_from -> SqlTime,
    }
    throttle (bucket) {
        bucket -> Text,
        debt_until -> BigInt,
        free_at -> BigInt,
    }
    user_keys (user_id) {
        user_id -> SqlUuid,
        key -> Nullable<Binary>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(dead_letters, events);
diesel::allow_tables_to_appear_in_same_query!(dead_letters, sessions);
diesel::allow_tables_to_appear_in_same_query!(projections, stock_ledger, inventory, user_activity);
diesel::allow_tables_to_appear_in_same_query!(events, sessions);
