use domain_product::{Catalogue, ProductRepository};
use domain_shared::{Clock, EventLog, IdGenerator};

domain_shared::ports! {
    /// Everything the product use cases ask of the outside world.
    {
        /// Where products are kept.
        products: Products: ProductRepository,
        /// Products, as lists show them.
        catalogue: Shelves: Catalogue,
        /// What happened to them.
        log: Log: EventLog,
        /// Tells the time.
        clock: Time: Clock,
        /// Makes ids.
        ids: Ids: IdGenerator,
    }
}
