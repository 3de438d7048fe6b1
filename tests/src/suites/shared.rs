//! Of the ports that both contexts share.

/// The suite of [`Repository`](domain_shared::Repository), for one kind of aggregate: `repository!(User: subject)`. The subject is
/// a fresh pair of the repository and the [`EventLog`](domain_shared::EventLog) it writes to.
#[macro_export]
macro_rules! repository {
    ($Aggregate:ty: $subject:expr) => {
        $crate::cases! { repository of $Aggregate, ($subject):
            finds_what_was_saved
            finds_nothing_that_was_not_saved
            save_commits_the_journal_and_stores_the_events
            save_of_an_id_that_is_there_is_stale
            save_refuses_a_value_that_has_another_owner
            change_answers_what_it_led_to
            change_stores_the_row_and_the_events
            a_change_that_is_refused_stores_nothing
            a_change_that_records_nothing_stores_nothing
            a_command_is_carried_out_once
            events_of_several_aggregates_keep_apart
        }
        $crate::cases! { save_all of $Aggregate, ($subject):
            several_are_stored_each_with_its_events
            more_than_a_thousand_are_stored_in_their_order
            each_that_cannot_be_stored_is_named
            several_are_stored_once_by_one_command
            of_ten_who_store_the_same_in_any_order_all_come_to_an_end
        }
        $crate::cases! { concurrency of $Aggregate, ($subject):
            of_two_changes_at_once_none_is_lost
            of_twenty_changes_at_once_none_is_lost
            changes_of_different_aggregates_do_not_mix
            of_twenty_saves_of_one_unique_value_one_succeeds
            of_twenty_saves_of_one_id_one_succeeds
            of_twenty_changes_by_one_command_one_is_made
            a_caller_who_goes_away_leaves_nothing_half_done
        }
        $crate::cases! { crowds of $Aggregate, ($subject):
            of_many_at_once_each_hears_of_its_own_outcome
            of_many_commands_at_once_only_the_repeated_ones_are_told_so
            of_many_saves_at_once_only_rivals_are_refused
            those_who_go_away_hold_up_nobody
        }
    };
}

/// The suite of [`EventLog`](domain_shared::EventLog). The subject is a fresh pair of one and a repository of products that
/// writes to it.
#[macro_export]
macro_rules! event_log {
    ($subject:expr) => {
        $crate::cases! { event_log($subject):
            an_empty_log_has_nothing
            after_gives_everything_in_order_of_position
            after_gives_what_comes_after_and_no_more_than_the_limit
            the_end_lies_between_what_was_added_and_what_will_be
            a_reader_who_remembers_its_position_misses_nothing
            newest_of_gives_the_newest_first
            newest_of_stops_at_the_limit_and_before_a_version
            newest_of_gives_only_the_kinds_asked_for
            history_is_all_that_happened_to_some_aggregates
            oldest_of_gives_the_oldest_first
            of_command_is_what_came_of_it
            backlog_is_what_a_reader_has_before_it
            a_watch_notices_what_is_added
        }
    };
}

/// The suite of [`Checkpoints`](domain_shared::Checkpoints). The subject is a fresh one.
#[macro_export]
macro_rules! checkpoints {
    ($subject:expr) => {
        $crate::cases! { checkpoints($subject):
            a_reader_begins_at_zero
            remembers_how_far_each_reader_came
            never_moves_back
            nobody_takes_what_somebody_has
            a_checkpoint_that_is_dropped_is_free_and_where_it_was
            of_twenty_at_once_each_advances_alone
        }
    };
}

/// The suite of [`DeadLetterBox`](domain_shared::DeadLetterBox). The subject is a fresh one, and a store of products with the
/// log that it belongs to.
#[macro_export]
macro_rules! dead_letter_box {
    ($subject:expr) => {
        $crate::cases! { dead_letter_box($subject):
            lists_what_was_buried_oldest_first
            what_is_requeued_is_handed_out_until_it_is_discarded
            what_fails_again_is_buried_again
            what_is_not_there_is_neither_requeued_nor_discarded
        }
    };
}

/// The suite of [`Revocations`](domain_shared::Revocations). The subject is a fresh one.
#[macro_export]
macro_rules! revocations {
    ($subject:expr) => {
        $crate::cases! { revocations($subject):
            what_is_kept_is_given_in_order
            an_event_is_kept_once
            of_twenty_who_keep_one_event_one_is_first
            old_ones_are_dropped_and_places_go_on_growing
        }
    };
}

/// The suite of [`Inbox`](domain_shared::Inbox). The subject is a fresh one.
#[macro_export]
macro_rules! inbox {
    ($subject:expr) => {
        $crate::cases! { inbox($subject):
            what_was_never_recorded_is_new
            what_was_recorded_is_known
            each_consumer_has_its_own
            what_is_old_is_forgotten
            of_twenty_who_record_it_at_once_one_is_first
        }
    };
}

/// The suite of [`IdempotencyKeys`](domain_shared::IdempotencyKeys). The subject is a fresh one.
#[macro_export]
macro_rules! idempotency_keys {
    ($subject:expr) => {
        $crate::cases! { idempotency_keys($subject):
            a_new_key_is_fresh
            a_key_that_is_leased_is_in_flight
            a_key_with_an_answer_gives_it
            the_first_answer_stays
            a_key_belongs_to_one_request
            a_lease_that_ran_out_is_taken_over_with_its_command
            a_lapsed_attempt_leads_to_a_retry
            a_released_key_is_as_good_as_new
            who_lost_the_lease_ends_nothing
            an_attempt_does_nothing_to_a_key_that_another_command_has
            a_key_expires_with_its_answer
            a_forgotten_key_is_as_good_as_new
            a_sweep_drops_what_has_expired_and_no_more_than_the_limit
            of_twenty_who_claim_it_at_once_one_gets_it
            of_twenty_who_take_it_over_at_once_one_gets_it
        }
    };
}

/// The suite of [`Throttle`](domain_shared::Throttle). The subject is a fresh one.
#[macro_export]
macro_rules! throttle {
    ($subject:expr) => {
        $crate::cases! { throttle($subject):
            a_bucket_gives_what_it_holds_and_fills_up
            a_wait_grows_up_to_the_longest
            it_is_granted_as_the_quota_says
            a_clock_that_is_behind_waits_for_nothing_that_nobody_waits_for
            what_is_given_back_is_free_to_a_clock_that_is_behind
            each_bucket_counts_for_itself
            what_is_refused_is_not_counted
            what_is_given_back_was_never_counted
            giving_back_leaves_the_wait_of_others
            what_is_cleared_is_forgotten
            a_sweep_drops_what_is_paid_off_and_no_more_than_the_limit
            of_a_hundred_takes_at_once_as_many_are_granted_as_there_are
            of_a_hundred_who_give_back_at_once_nothing_is_left
        }
    };
}

/// The suite of [`Mailer`](domain_shared::Mailer). The subject is one, and the [`Mailbox`](crate::Mailbox) that its letters end in.
#[macro_export]
macro_rules! mailer {
    ($subject:expr) => {
        $crate::cases! { mailer($subject):
            a_letter_arrives_in_text_and_html
            a_letter_says_everything_top_to_bottom
            letters_of_every_script_arrive_unharmed
            lines_of_any_kind_arrive_unharmed
            markup_in_a_letter_is_shown_not_obeyed
            no_subject_adds_a_header
            a_letter_goes_to_its_address_only
            of_twenty_letters_at_once_each_arrives_once
        }
    };
}

/// The suite of [`Clock`](domain_shared::Clock). The subject is one.
#[macro_export]
macro_rules! clock {
    ($subject:expr) => {
        $crate::cases! { clock($subject):
            tells_the_time
            tells_it_to_the_microsecond
        }
    };
}

/// The suite of [`IdGenerator`](domain_shared::IdGenerator). The subject is one.
#[macro_export]
macro_rules! id_generator {
    ($subject:expr) => {
        $crate::cases! { id_generator($subject):
            later_ids_sort_after_earlier_ones
            no_id_is_handed_out_twice
            ids_are_of_version_7
            ids_of_one_command_leave_room_for_its_events
        }
    };
}

/// The suite of [`ServiceRegistry`](domain_shared::ServiceRegistry). The subject is one whose term is short: cases wait for its end.
#[macro_export]
macro_rules! service_registry {
    ($subject:expr) => {
        $crate::cases! { service_registry($subject):
            where_nobody_registered_nobody_is_found
            an_instance_is_found_with_all_that_was_told
            instances_come_in_the_order_of_their_ids
            a_service_is_found_by_exactly_its_name
            registering_again_replaces_what_was_told
            an_instance_that_is_kept_alive_outlives_its_term
            an_instance_of_which_nothing_is_heard_is_found_no_more
            an_instance_that_was_away_for_too_long_comes_back
            what_was_deregistered_is_neither_found_nor_kept_alive
            who_was_never_registered_is_not_kept_alive_and_deregistered_without_harm
        }
    };
}
