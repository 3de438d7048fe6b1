//! Of the ports that keep what is of interest after an attack.

/// The suite of [`SecurityLog`](domain_auth::SecurityLog). The subject is a fresh [`Store`](crate::security_log::Store).
#[macro_export]
macro_rules! security_log {
    ($subject:expr) => {
        $crate::cases! { security_log($subject):
            an_act_is_an_entry_of_its_own_with_all_its_circumstances
            a_command_is_noted_once
            from_where_it_was_is_forgotten_with_the_account_and_kept_if_there_is_none
        }
    };
}

/// The suite of [`AuditChain`](domain_shared::AuditChain). The subject is a fresh [`Store`](crate::audit_chain::Store).
#[macro_export]
macro_rules! audit_chain {
    ($subject:expr) => {
        $crate::cases! { audit_chain($subject):
            rows_are_those_of_the_log_in_its_order
            rows_are_the_same_bytes_once_somebody_is_forgotten
            links_are_kept_in_order_and_the_last_is_the_head
            a_position_is_linked_once_and_links_are_added_together_or_not_at_all
        }
    };
}
