use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use domain_product::{
    Description, Money, Product, ProductId, ProductState, Sheet, Sku, Stock, Threshold, search_key,
};
use domain_shared::{Aggregate, StoreError};

use super::{from_column, restored, to_column};
use crate::sql::{
    schema::products,
    search,
    types::{Id, Time},
};

#[derive(Debug, AsChangeset, Insertable, Queryable, Selectable)]
#[diesel(table_name = products, treat_none_as_null = true)]
pub struct ProductRow {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: Option<String>,
    pub(crate) price_minor: i64,
    pub(crate) currency: String,
    pub(crate) price_e4: i64,
    pub(crate) stock: i64,
    pub(crate) sku: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) low_stock_threshold: i64,
    pub(crate) is_active: bool,
    pub(crate) is_deleted: bool,
    pub(crate) search_text: String,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    pub(crate) version: i64,
}

impl From<&Product> for ProductRow {
    fn from(product: &Product) -> Self {
        let Sheet { name, description, price, sku, category, low_stock_threshold } = &product.sheet;
        let description = description.as_ref().map(Description::as_str);
        let sku = sku.as_ref().map(Sku::as_str);
        Self {
            id: Id(product.id().0),
            name: name.as_str().to_owned(),
            name_key: search_key(name.as_str()),
            description: description.map(str::to_owned),
            price_minor: price.minor_units(),
            currency: price.currency().code().to_owned(),
            price_e4: price.sort_key(),
            stock: product.stock.get(),
            sku: sku.map(str::to_owned),
            category: category.as_ref().map(|text| text.as_str().to_owned()),
            low_stock_threshold: low_stock_threshold.get(),
            is_active: product.is_active,
            is_deleted: product.is_deleted,
            search_text: search::haystack([Some(name.as_str()), description, sku]),
            created_at: Time(product.created_at),
            updated_at: Time(product.updated_at),
            version: to_column(product.version()),
        }
    }
}

impl TryFrom<ProductRow> for Product {
    type Error = StoreError;

    fn try_from(row: ProductRow) -> Result<Self, StoreError> {
        let state = ProductState {
            sheet: Sheet {
                name: restored(row.name)?,
                description: row.description.map(restored).transpose()?,
                price: Money::restore(row.price_minor, restored(row.currency)?),
                sku: row.sku.map(restored).transpose()?,
                category: row.category.map(restored).transpose()?,
                low_stock_threshold: Threshold::restore(row.low_stock_threshold),
            },
            stock: Stock::restore(row.stock),
            is_active: row.is_active,
            is_deleted: row.is_deleted,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        };
        Ok(Self::restore(ProductId(row.id.0), state, from_column(row.version)))
    }
}
