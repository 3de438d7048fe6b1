use domain_product::{Catalogue, Ledger, ProductRepository, Summary};
use domain_shared::{Clock, EventLog, IdGenerator};

domain_shared::ports! {
    /// Everything the product use cases ask of the outside world.
    {
        /// Where products are kept.
        products: Products: ProductRepository,
        /// Products, as lists show them.
        catalogue: Shelves: Catalogue,
        /// Their movements of stock.
        ledger: Movements: Ledger,
        /// What they add up to.
        summary: Totals: Summary,
        /// What happened to them.
        log: Log: EventLog,
        /// Tells the time.
        clock: Time: Clock,
        /// Makes ids.
        ids: Ids: IdGenerator,
    }
}
