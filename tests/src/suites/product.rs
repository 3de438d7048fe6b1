//! Of the ports of the product context.

/// The suite of [`ProductRepository`](domain_product::ProductRepository) beyond that of `repository!`. The subject is a fresh
/// pair of one and the log it writes to.
#[macro_export]
macro_rules! product_repository {
    ($subject:expr) => {
        $crate::cases! { product_repository($subject):
            any_number_may_have_no_sku
            a_sku_cannot_be_changed_to_that_of_another
            a_product_may_keep_its_sku
            the_sku_of_a_deleted_product_is_free
            the_stock_never_falls_below_nothing
        }
    };
}

/// The suite of [`Catalogue`](domain_product::Catalogue). The subject is a fresh pair of one and the repository it shows.
#[macro_export]
macro_rules! catalogue {
    ($subject:expr) => {
        $crate::cases! { catalogue($subject):
            lists_what_was_saved_as_it_is
            never_lists_deleted_ones
            lists_only_those_for_sale
            finds_text_in_name_description_or_sku
            finds_text_regardless_of_case
            finds_text_as_it_is_now
            takes_every_character_of_the_text_literally
            finds_no_text_across_two_fields
            lists_only_one_shelf
            lists_only_what_is_low_or_what_is_not
            lists_only_what_costs_that_much
            every_condition_counts
            lists_no_more_than_the_limit
        }
        $crate::cases! { catalogue_order($subject):
            the_order_is_that_asked_for_and_then_that_of_ids
            pages_cover_everything_once
            a_page_after_a_product_that_is_gone_starts_where_it_was
            a_page_starts_anywhere_even_where_no_product_ever_was
            a_cursor_is_nothing_but_a_place
            so_many_are_skipped
            pages_of_a_filter_cover_what_it_lets_through
        }
    };
}

/// The suite of [`ProjectionStore`](domain_shared::ProjectionStore) with the read models of products, of
/// [`Ledger`](domain_product::Ledger), [`Summary`](domain_product::Summary) and [`Snapshots`](domain_shared::Snapshots). The
/// subject is a fresh store of them all.
#[macro_export]
macro_rules! product_projections {
    ($subject:expr) => {
        $crate::cases! { projections($subject):
            rows_follow_the_log_in_steps
            an_entry_is_found_by_product_version_and_number
            whoever_has_seen_an_event_finds_it_in_the_ledger
            of_many_who_fold_at_once_each_event_takes_effect_once
            a_shadow_is_built_beside_the_live_rows_and_takes_their_place
            a_shadow_that_is_begun_again_begins_anew
        }
        $crate::cases! { rebuilding($subject):
            of_many_who_build_rows_anew_at_once_all_come_to_an_end
            aggregates_of_live_rows_are_walked_in_order
            a_long_history_is_compared_in_slices
        }
        $crate::cases! { orphans(($subject, $subject)):
            rows_that_nothing_accounts_for_are_found
        }
        $crate::cases! { inventory($subject):
            the_inventory_shows_each_product_as_it_is
            the_summary_counts_by_category_and_currency
            what_follows_from_the_log_shows_no_difference
            snapshots_are_walked_in_order
        }
    };
}
