//! What both services promise to withstand, as somebody outside sees it: each test is named after its promise in
//! `docs/security.md`, where the table says which other suites keep one.
use crate::world::{Stores, World};

mod concurrency;
mod enumeration;
mod forge;
mod fuzz;
mod login;
mod registration;
mod sessions;
mod tokens;
mod traffic;

/// Each promise as a test on the services as they run in production: split, on Postgres, with a broker.
macro_rules! promises {
    ($($area:ident { $($promise:ident)+ })+) => {
        $($(#[tokio::test(flavor = "multi_thread")]
        async fn $promise() {
            $area::$promise(&World::start(Stores::Postgres).await).await;
        })+)+
    };
}

promises! {
    concurrency {
        con_01_a_storm_of_movements_loses_nothing_and_shows_nothing_negative
        con_02_of_30_registrations_of_one_name_one_succeeds
        con_07_of_two_password_changes_one_succeeds_each_time
    }
    enumeration {
        enu_01_nobody_a_wrong_password_and_an_inactive_account_look_alike
    }
    fuzz {
        inp_12_of_1500_mutated_requests_none_breaks_anything
    }
    login {
        log_01_a_password_gets_one_mail_with_a_code_and_no_token
        log_02_a_code_works_once_and_for_its_own_user_only
        log_03_of_20_uses_of_one_code_at_once_one_succeeds
        log_04_five_wrong_codes_kill_a_code_and_two_do_not
        log_08_a_login_kills_the_code_before_it
        log_10_wrong_passwords_are_throttled_and_then_the_right_one_sends_no_mail
        log_12_mails_with_codes_are_capped
    }
    registration {
        reg_01_no_answer_holds_a_password_a_hash_or_a_code
        reg_02_a_bad_field_is_refused_and_the_name_stays_free
        reg_03_names_are_taken_in_any_case_and_between_blanks
        reg_05_a_password_is_long_uncommon_and_compared_exactly
    }
    sessions {
        tok_08_a_refresh_token_used_twice_ends_its_session_and_no_other
        tok_11_a_new_password_ends_every_other_session
        tok_12_whoever_is_deactivated_is_out
    }
    tokens {
        tok_01_an_access_token_says_what_it_must_and_nothing_personal
        tok_02_an_unsigned_or_tampered_token_is_dead
        tok_03_a_public_key_or_a_strangers_key_signs_nothing
        tok_04_a_key_that_a_token_brings_along_is_not_looked_at
        tok_05_access_and_refresh_tokens_stand_in_for_each_other_nowhere
        tok_06_a_token_of_ours_that_says_something_else_is_dead
    }
    traffic {
        inp_02_a_lying_length_and_a_deep_nest_are_cut
        inp_03_a_nul_is_refused_wherever_it_is
        inp_10_slow_and_idle_connections_hold_nobody_up
    }
}
