//! Of the ports of the auth context.

/// The suite of [`UserRepository`](domain_auth::UserRepository) beyond that of `repository!`. The subject is a fresh pair of one
/// and the log it writes to.
#[macro_export]
macro_rules! user_repository {
    ($subject:expr) => {
        $crate::cases! { user_repository($subject):
            by_email_finds_its_owner
            by_email_finds_nobody_else
            by_username_finds_its_owner_in_any_spelling
            by_username_finds_nobody_else
            the_email_is_no_username_and_the_username_no_email
            a_password_hash_is_kept_beside_the_events
            a_change_is_seen_by_every_way_of_finding
        }
    };
}

/// The suite of [`UserDirectory`](domain_auth::UserDirectory). The subject is a fresh pair of one and the repository it shows.
#[macro_export]
macro_rules! user_directory {
    ($subject:expr) => {
        $crate::cases! { user_directory($subject):
            lists_in_the_order_they_registered
            finds_text_in_username_email_or_full_name
            finds_text_regardless_of_case
            takes_every_character_of_the_text_literally
            finds_no_text_across_two_fields
            lists_only_the_active_or_only_the_inactive
            pages_cover_everyone_once
            lists_fifty_unless_told
        }
    };
}

/// The suite of [`UserHistory`](domain_auth::UserHistory). The subject is a fresh one and the repositories of users and of
/// sessions whose events it tells.
#[macro_export]
macro_rules! user_history {
    ($subject:expr) => {
        $crate::cases! { user_history($subject):
            a_user_and_their_sessions_have_one_history
            refreshes_are_left_out_of_it
            it_is_read_in_pages
        }
    };
}

/// The suite of [`SessionRepository`](domain_auth::SessionRepository) beyond that of `repository!`. The subject is a fresh one.
#[macro_export]
macro_rules! session_repository {
    ($subject:expr) => {
        $crate::cases! { session_repository($subject):
            of_user_gives_the_oldest_first
            of_user_leaves_out_what_has_ended
            of_user_leaves_out_what_is_past_its_time
            of_user_leaves_out_what_was_not_refreshed_in_time
            of_user_is_empty_for_somebody_without_sessions
            addresses_of_tells_from_where_somebody_signed_in_since
            where_a_session_that_may_not_have_been_theirs_was_started_is_no_address_of_theirs
        }
    };
}

/// The suite of [`LoginCodes`](domain_auth::LoginCodes). The subject is a fresh one.
#[macro_export]
macro_rules! login_codes {
    ($subject:expr) => {
        $crate::cases! { login_codes($subject):
            an_attempt_hands_the_challenge_out
            without_a_challenge_there_is_nothing_to_attempt
            a_new_challenge_replaces_the_old_one
            attempts_are_counted_and_bounded
            of_twenty_attempts_at_once_no_more_than_allowed_get_it
            an_expired_challenge_is_dead
            a_challenge_is_used_up_once
            what_never_was_is_not_used_up
            of_twenty_who_use_it_up_at_once_one_succeeds
            a_challenge_is_for_one_purpose_only
            a_challenge_is_not_issued_if_another_was_sent_since
            of_twenty_who_issue_one_unless_sent_at_once_one_succeeds
            a_challenge_is_sent_again_when_it_is_not_too_soon
            sending_again_leaves_attempts_and_expiry_alone
            what_is_not_alive_is_not_sent_again
            of_twenty_who_send_it_again_at_once_one_gets_it
            a_revoked_challenge_is_gone
        }
        $crate::cases! { login_code_guessers($subject):
            strangers_do_not_use_up_the_attempts_of_whoever_asked
            an_attempt_given_back_can_be_made_again
            of_a_challenge_from_nowhere_all_attempts_count_alike
        }
    };
}

/// The suite of [`PersonalData`](domain_auth::PersonalData). The subject is a fresh
/// [`Store`](crate::personal_data::Store) whose clones share their data.
#[macro_export]
macro_rules! personal_data {
    ($subject:expr) => {
        $crate::cases! { personal_data($subject):
            until_it_is_forgotten_the_log_is_as_it_was_written
            what_is_forgotten_is_unreadable_however_the_log_is_read
            the_rest_of_the_log_is_as_it_was
            everybody_else_is_remembered
            whoever_was_forgotten_or_never_known_may_be_forgotten
            what_is_added_about_somebody_forgotten_is_forgotten
            a_stranger_who_was_forgotten_stays_so
            sessions_of_somebody_forgotten_do_not_say_where_they_were_started
            the_log_of_somebody_erased_and_forgotten_replays_to_their_rows
            the_address_and_the_name_of_somebody_erased_are_free
            of_sessions_started_while_their_user_is_forgotten_nothing_is_left
        }
        $crate::cases! { personal_data_beside($subject):
            what_could_not_be_delivered_is_as_readable_as_the_log
            what_could_not_be_delivered_about_somebody_forgotten_is_dropped
            all_sessions_are_those_that_have_ended_too
            a_pending_code_is_told_of_dead_or_alive
            from_where_somebody_forgotten_asked_is_forgotten_wherever_they_did
        }
    };
}

/// What the ports of accounts, sessions and codes promise together to a hundred who do the same at once. The subject is a
/// fresh store of all of them, and of their log.
#[macro_export]
macro_rules! races {
    ($subject:expr) => {
        $crate::cases! { races($subject):
            of_a_hundred_refreshes_of_one_token_one_makes_the_successor
            of_a_hundred_replays_of_a_spent_token_one_is_the_reuse
            of_a_hundred_who_end_a_session_one_does
            a_session_that_is_ended_while_it_is_refreshed_stays_ended
            of_a_hundred_verifications_of_one_code_one_signs_in
            of_a_hundred_resets_with_one_code_one_sets_the_password
            of_a_hundred_who_ask_for_a_code_one_has_it_sent
        }
    };
}

/// The suite of [`PasswordHasher`](domain_auth::PasswordHasher). The subject is one.
#[macro_export]
macro_rules! password_hasher {
    ($subject:expr) => {
        $crate::cases! { password_hasher($subject):
            the_password_is_right_and_no_other
            every_character_counts
            a_password_is_taken_as_typed
            a_hash_differs_each_time
            nobody_has_no_password
            enu_02_for_nobody_it_takes_as_long
            many_at_once_are_answered_rightly_or_told_to_wait
            however_many_ask_from_one_place_others_get_their_turn
            what_it_made_itself_is_not_outdated
            where_there_is_no_password_nothing_is_outdated
        }
    };
}

/// What [`PasswordHasher`](domain_auth::PasswordHasher) promises of hashes from before its work was made harder. The subject
/// is one of before, and one with the same secrets that makes harder ones.
#[macro_export]
macro_rules! password_hasher_grown {
    ($subject:expr) => {
        $crate::cases! { password_hasher_grown($subject):
            what_was_easier_is_outdated_and_what_is_harder_is_not
            an_outdated_hash_is_still_that_of_its_password
            nobody_takes_as_long_as_somebody_with_an_outdated_hash
        }
    };
}

/// The suite of [`LoginCodeGenerator`](domain_auth::LoginCodeGenerator). The subject is one, and another with another key.
#[macro_export]
macro_rules! login_code_generator {
    ($subject:expr) => {
        $crate::cases! { login_code_generator($subject):
            the_code_of_a_challenge_is_always_the_same
            without_the_key_a_code_is_unpredictable
            a_code_for_one_purpose_tells_nothing_of_that_for_another
            a_place_is_told_by_nobody_without_the_key
            codes_are_uniform
        }
    };
}

/// The suite of [`RefreshTokens`](domain_auth::RefreshTokens). The subject is one, and another with another key.
#[macro_export]
macro_rules! refresh_tokens {
    ($subject:expr) => {
        $crate::cases! { refresh_tokens($subject):
            what_was_minted_is_read
            a_token_is_always_the_same
            each_session_and_generation_has_its_own
            without_the_key_none_can_be_made
            what_was_never_minted_is_not_read
        }
    };
}

/// The suite of [`TokenSigner`](domain_auth::TokenSigner) and [`TokenVerifier`](domain_shared::TokenVerifier). The subject is
/// one of each that belong together, and a signer with another key.
#[macro_export]
macro_rules! tokens {
    ($subject:expr) => {
        $crate::cases! { tokens($subject):
            what_was_signed_is_verified
            a_token_dies_when_it_expires
            a_token_is_not_valid_long_before_it_was_signed
            a_token_of_another_key_is_not_valid
            a_changed_token_is_not_valid
        }
    };
}

/// The suite of [`TokenKeys`](domain_auth::TokenKeys). The subject is a fresh one.
#[macro_export]
macro_rules! token_keys {
    ($subject:expr) => {
        $crate::cases! { token_keys($subject):
            what_is_kept_is_given_in_the_order_of_turns
            a_key_is_kept_once
            of_twenty_who_keep_one_key_one_is_first
            a_retired_key_no_longer_signs_and_does_not_come_back
        }
    };
}

/// The suite of [`Activity`](domain_auth::Activity) and its projection. The subject is a fresh store of users and all that.
#[macro_export]
macro_rules! user_activity {
    ($subject:expr) => {
        $crate::cases! { user_activity($subject):
            it_shows_what_a_user_has_done
            of_somebody_erased_nothing_is_kept_even_if_it_is_built_again
        }
    };
}
