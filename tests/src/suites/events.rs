//! Of the ports that bring events from one to others.

/// The suite of [`EventPublisher`](domain_shared::EventPublisher). The subject is a fresh one, and an
/// [`EventSubscriber`](domain_shared::EventSubscriber) that hears what it publishes.
#[macro_export]
macro_rules! event_publisher {
    ($subject:expr) => {
        $crate::cases! { event_publisher($subject):
            nothing_is_easily_published
            that_nobody_listens_is_no_error
            what_is_published_arrives_unharmed_and_in_order
            of_twenty_who_publish_at_once_each_is_heard
        }
    };
}

/// The suite of [`EventSubscriber`](domain_shared::EventSubscriber). The subject is a fresh [`EventBus`](crate::EventBus).
#[macro_export]
macro_rules! event_subscriber {
    ($subject:expr) => {
        $crate::cases! { event_subscriber($subject):
            what_happens_arrives_unharmed_and_in_order
            only_the_kinds_asked_for_arrive
            of_reactors_of_one_name_one_gets_it
            events_of_one_aggregate_do_not_overtake_each_other
            reactors_of_different_names_all_get_it
            what_happens_while_no_reactor_runs_arrives_later
            nothing_comes_to_a_reactor_that_is_dropped
            an_event_that_is_refused_comes_again
            an_event_that_is_refused_holds_up_no_other_for_long
            a_time_when_nothing_can_be_done_is_no_try
            an_event_in_the_hands_of_a_reactor_that_goes_away_goes_to_another
            of_many_things_at_once_each_arrives
        }
    };
}

/// The suite of [`DeadLetters`](domain_shared::DeadLetters). The subject is a fresh [`EventBus`](crate::EventBus).
#[macro_export]
macro_rules! dead_letters {
    ($subject:expr) => {
        $crate::cases! { dead_letters($subject):
            at_first_there_are_none
            what_is_refused_again_and_again_is_given_up
            looking_at_them_changes_nothing
            they_are_listed_oldest_first_up_to_a_limit
            what_is_requeued_is_delivered_again
            what_is_requeued_is_tried_as_often_as_before
            what_is_requeued_bothers_no_other_reactor
            what_is_discarded_is_gone
            what_is_not_there_is_neither_requeued_nor_discarded
            each_reactor_has_its_own
        }
    };
}
