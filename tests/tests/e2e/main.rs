//! The services from outside: real processes, real HTTP, on every store. On Postgres they run split and mail goes
//! through a real SMTP server; `scripts/test` starts both and sets `TEST_DATABASE_URL`, `TEST_SMTP_URL`, `TEST_MAILDIR`.
mod access;
mod actions;
mod at_rest;
mod audit;
mod brute_force;
mod bulk;
mod crash_sweep;
mod discovery;
#[path = "../registry/etcd_server.rs"]
mod etcd_server;
mod follower;
#[path = "../registry/free_port.rs"]
mod free_port;
mod history;
mod input;
mod killed;
mod late;
mod leftovers;
mod lifecycle;
mod listeners;
mod mails;
mod metrics;
mod place;
mod policies;
mod privacy;
mod promises;
mod protocol;
mod races;
mod read_models;
mod refusing_post;
mod registration;
mod reset;
mod retries;
mod revocation;
mod safety;
mod secrets;
mod seed;
mod services;
mod sessions;
mod settings;
mod stopping;
mod stream;
mod token_keys;
mod traces;
mod walk;
mod world;

use world::{Stores, World};

/// Each case as a test on each store, such as `on_sqlite::a_code_works_once`.
macro_rules! on_every_store {
    ($($case:path as $name:ident)+) => {
        on_every_store! { @store memory Memory $($case as $name)+ }
        on_every_store! { @store sqlite Sqlite $($case as $name)+ }
        on_every_store! { @store postgres Postgres $($case as $name)+ }
    };
    (@store $module:ident $Store:ident $($case:path as $name:ident)+) => {
        mod $module {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $case(&World::start(Stores::$Store).await).await;
            })+
        }
    };
}

on_every_store! {
    walk::from_registration_to_stock as from_registration_to_stock
    walk::a_profile_and_a_password_change as a_profile_and_a_password_change
    walk::sign_out_and_refresh as sign_out_and_refresh
    walk::low_stock_is_mailed_once as evt_09_low_stock_is_mailed_once
    walk::lists_page_and_sort as lists_page_and_sort
    races::of_200_removals_from_100_exactly_100_succeed as con_01_of_200_removals_from_100_exactly_100_succeed
    races::of_20_registrations_one_succeeds as of_20_registrations_one_succeeds
    races::of_two_verifications_one_succeeds as of_two_verifications_one_succeeds
    races::of_a_hundred_refreshes_all_get_the_same_successor as of_a_hundred_refreshes_all_get_the_same_successor
    races::of_a_hundred_resets_with_one_code_one_succeeds as of_a_hundred_resets_with_one_code_one_succeeds
    races::of_a_hundred_who_end_a_session_one_does as of_a_hundred_who_end_a_session_one_does
    races::of_ten_edits_of_one_version_one_succeeds as con_03_of_ten_edits_of_one_version_one_succeeds
    races::of_two_password_changes_one_succeeds as of_two_password_changes_one_succeeds
    races::of_100_logins_at_once_some_may_be_told_to_wait as of_100_logins_at_once_some_may_be_told_to_wait
    input::bad_json_is_never_a_500 as inp_01_bad_json_is_never_a_500
    input::bad_values_are_422_with_every_field as inp_05_bad_values_are_422_with_every_field
    input::what_a_form_leaves_empty_is_left_out as what_a_form_leaves_empty_is_left_out
    input::search_text_is_literal as inp_07_search_text_is_literal
    input::an_id_that_is_none_is_404 as inp_08_an_id_that_is_none_is_404
    protocol::conditional_requests as conditional_requests
    protocol::changes_of_a_user_are_conditional_too as changes_of_a_user_are_conditional_too
    protocol::methods_types_and_sizes as methods_types_and_sizes
    protocol::errors_are_problems_in_the_readers_language as errors_are_problems_in_the_readers_language
    protocol::housekeeping as lif_02_housekeeping
    protocol::cross_origin_calls_come_from_listed_origins_only as az_06_cross_origin_calls_come_from_listed_origins_only
    sessions::they_are_listed_and_ended as sessions_are_listed_and_ended
    sessions::superusers_see_those_of_others as superusers_see_the_sessions_of_others
    reset::a_forgotten_password_is_reset_once as a_forgotten_password_is_reset_once
    reset::whoever_asks_learns_nothing as whoever_asks_for_a_reset_learns_nothing
    revocation::what_ends_at_one_service_ends_at_the_other as what_ends_at_one_service_ends_at_the_other
    retries::of_12_at_once_one_takes_effect_and_all_get_its_answer as con_05_of_12_at_once_one_takes_effect_and_all_get_its_answer
    retries::another_body_is_refused as another_body_is_refused
    retries::a_refused_attempt_does_not_burn_the_key as a_refused_attempt_does_not_burn_the_key
    retries::a_key_is_its_owners_for_one_path_as_long_as_they_may_use_it as a_key_is_its_owners_for_one_path_as_long_as_they_may_use_it
    retries::accounts_and_sign_ins_are_made_once as accounts_and_sign_ins_are_made_once
    access::nobody_raises_themselves as reg_07_nobody_raises_themselves
    access::what_is_changed_is_ones_own as az_03_what_is_changed_is_ones_own
    policies::each_route_asks_for_what_its_policy_says as each_route_asks_for_what_its_policy_says
    bulk::of_ten_thousand_rows_all_but_the_bad_ones_are_stored as of_ten_thousand_rows_all_but_the_bad_ones_are_stored
    bulk::of_all_or_none_none_is_left as of_all_or_none_none_is_left
    bulk::what_was_exported_is_imported_as_it_was as what_was_exported_is_imported_as_it_was
    bulk::what_is_no_batch_is_refused_as_a_whole as what_is_no_batch_is_refused_as_a_whole
    bulk::an_import_that_is_sent_again_takes_effect_once as an_import_that_is_sent_again_takes_effect_once
    bulk::an_export_is_complete_while_products_change as an_export_is_complete_while_products_change
    safety::every_answer_is_protected as every_answer_is_protected
    safety::tokens_are_never_kept_on_their_way as tokens_are_never_kept_on_their_way
    safety::what_only_looks_like_a_token_is_refused as tok_16_what_only_looks_like_a_token_is_refused
    services::a_gateway_learns_who_it_is_from_the_token_alone as a_gateway_learns_who_it_is_from_the_token_alone
    access::protected_doors_need_a_token as az_01_protected_doors_need_a_token
    access::ordinary_users_change_nothing as az_02_ordinary_users_change_nothing
    access::an_inactive_product_is_out_of_play as az_05_an_inactive_product_is_out_of_play
    access::a_deactivated_user_is_out as a_deactivated_user_is_out
    access::scopes_are_granted_by_superusers as scopes_are_granted_by_superusers
    brute_force::many_addresses_get_few_guesses_and_the_owner_goes_on as many_addresses_get_few_guesses_and_the_owner_goes_on
    brute_force::nobody_is_throttled_like_somebody as nobody_is_throttled_like_somebody
    brute_force::a_code_gets_five_guesses as a_code_gets_five_guesses
    brute_force::codes_tried_at_nobody_and_at_somebody_look_alike as codes_tried_at_nobody_and_at_somebody_look_alike
    history::a_product_is_shown_as_it_stood_then as a_product_is_shown_as_it_stood_then
    history::what_happened_to_a_product_comes_in_pages as what_happened_to_a_product_comes_in_pages
    history::what_happened_to_a_user_is_for_superusers as what_happened_to_a_user_is_for_superusers
    stream::the_stream_tells_what_happens as the_stream_tells_what_happens
    stream::the_stream_begins_where_it_is_told as the_stream_begins_where_it_is_told
    stream::of_101_streams_one_has_to_wait as of_101_streams_one_has_to_wait
    stream::a_stream_ends_with_its_readers_session as a_stream_ends_with_its_readers_session
    read_models::they_follow_what_happens as they_follow_what_happens
    stream::a_stream_ends_with_the_service as a_stream_ends_with_the_service
    metrics::what_happens_is_counted as what_happens_is_counted
}
