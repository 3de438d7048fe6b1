use domain_shared::Repository;

use crate::Product;

/// Where products are kept, the deleted ones too. Unique is the `sku`, among products that aren't deleted.
pub trait ProductRepository: Repository<Product> {}

impl<T: Repository<Product> + ?Sized> ProductRepository for T {}
