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
