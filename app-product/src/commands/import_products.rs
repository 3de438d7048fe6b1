use async_trait::async_trait;
use domain_product::{Draft, Product, ProductId};
use domain_shared::{Aggregate, Caller, Handle, Refused, Repository, StoreError, Together};

use crate::{AppError, Ports, Products};

/// Puts new products into the catalogue, all that can be in one transaction. Whoever has very many gives them in batches.
#[derive(Debug, Clone)]
pub struct ImportProducts {
    /// What they are, and the number of each, under which it is told what became of it. A command that is given again must
    /// give each the number it had.
    pub drafts: Vec<(u32, Draft)>,
    /// What becomes of the others if one can't be stored.
    pub together: Together,
}

/// What became of one product.
#[derive(Debug)]
pub struct Imported {
    /// Its number.
    pub number: u32,
    /// Its id, or why it wasn't stored.
    pub outcome: Result<ProductId, AppError>,
}

/// What became of them all, in the order in which they were given. If it was all or none, either each has an id or those
/// in the way have a reason and the others have none of either.
#[async_trait]
impl<P: Ports> Handle<ImportProducts> for Products<P> {
    type Output = Vec<Imported>;
    type Error = AppError;

    async fn handle(&self, command: ImportProducts, caller: &Caller) -> Result<Vec<Imported>, AppError> {
        let ImportProducts { drafts, together } = command;
        let mut numbers = Vec::new();
        let mut products: Vec<Product> = Vec::new();
        for (number, draft) in drafts {
            // Each is a command of its own, and its product's id follows from it: a product that is there when the command
            // is given again was put there the first time.
            let context = self.context(&caller.numbered(number));
            products.push(Product::create(ProductId(context.command_id), draft, &context));
            numbers.push(number);
        }
        let refused = self.0.products().save_all(&mut products, together).await?;
        let is_again =
            |refused: &Refused| caller.command.is_some() && matches!(refused.reason, StoreError::Stale);
        let all_again = refused.len() == products.len() && refused.iter().all(is_again);
        let stored = together == Together::AllThatCan || refused.is_empty() || all_again;
        let mut refused = refused.into_iter().peekable();
        let mut imported = Vec::new();
        for (index, (number, product)) in numbers.into_iter().zip(&products).enumerate() {
            let reason = refused.next_if(|refused| refused.index == index);
            let outcome = match reason {
                Some(refused) if !(stored && is_again(&refused)) => Err(refused.reason.into()),
                _ if stored => Ok(product.id()),
                _ => continue,
            };
            imported.push(Imported { number, outcome });
        }
        Ok(imported)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain_product::{Filter, Sku};
    use domain_shared::{EventLog, Fault, ValueObject};
    use uuid::Uuid;

    use super::*;
    use crate::{
        queries::ListProducts,
        testing::{TestPorts, draft, products},
    };

    fn drafts(skus: &[&str]) -> Vec<(u32, Draft)> {
        let sku = |sku: &&str| Draft { sku: Sku::parse((*sku).to_owned()).ok(), ..draft("Laptop", 5) };
        (1..).zip(skus.iter().map(sku)).collect()
    }

    async fn import(
        products: &Products<TestPorts>,
        skus: &[&str],
        together: Together,
        caller: &Caller,
    ) -> Vec<(u32, Result<ProductId, String>)> {
        let command = ImportProducts { drafts: drafts(skus), together };
        let imported = products.handle(command, caller).await.unwrap();
        let told =
            |Imported { number, outcome }| (number, outcome.map_err(|e: AppError| e.code().into_owned()));
        imported.into_iter().map(told).collect()
    }

    async fn count(products: &Products<TestPorts>) -> usize {
        let list = ListProducts { filter: Filter::default() };
        products.handle(list, &Caller::default()).await.unwrap().products.len()
    }

    #[tokio::test]
    async fn one_that_is_in_the_way_of_none_is_stored_with_the_others() {
        let (products, caller) = (products(), Caller::user(Uuid::max()));
        let told = import(&products, &["A", "", "A", "B", ""], Together::AllThatCan, &caller).await;
        assert_eq!(told.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(told[2].1, Err("sku_taken".to_owned()), "to the second of the two");
        let ids: HashSet<_> = told.iter().filter_map(|(_, outcome)| outcome.clone().ok()).collect();
        assert_eq!((ids.len(), count(&products).await), (4, 4));
        let log = products.0.log.after(0, 10).await.unwrap();
        assert_eq!(log.len(), 4, "an event each");
        assert!(log.iter().all(|stored| stored.event.kind == "product.created.v1"));
        assert!(log.iter().all(|stored| stored.event.actor == caller.actor));
        let commands: HashSet<_> = log.iter().map(|stored| stored.event.command_id).collect();
        assert_eq!(commands.len(), 4, "each is a command of its own");
    }

    #[tokio::test]
    async fn of_all_or_none_those_in_the_way_are_told_and_none_is_stored() {
        let (products, caller) = (products(), Caller::default());
        import(&products, &["A"], Together::AllOrNone, &caller).await;
        let told = import(&products, &["B", "A", "C", "B"], Together::AllOrNone, &caller).await;
        let taken = || Err("sku_taken".to_owned());
        assert_eq!(told, [(2, taken()), (4, taken())]);
        assert_eq!(count(&products).await, 1);
    }

    #[tokio::test]
    async fn what_is_given_again_takes_effect_once_and_goes_on_where_it_stopped() {
        for together in [Together::AllOrNone, Together::AllThatCan] {
            let products = products();
            let caller = Caller { command: Some(Uuid::from_u128(7 << 64)), ..Caller::default() };
            let first = import(&products, &["A", "", "B"], together, &caller).await;
            assert!(first.iter().all(|(_, outcome)| outcome.is_ok()));
            assert_eq!(import(&products, &["A", "", "B"], together, &caller).await, first);
            assert_eq!(count(&products).await, 3);
        }
        let products = products();
        let caller = Caller { command: Some(Uuid::from_u128(7 << 64)), ..Caller::default() };
        let first = import(&products, &["A", ""], Together::AllThatCan, &caller).await;
        let all = import(&products, &["A", "", "A", "B"], Together::AllThatCan, &caller).await;
        assert_eq!(all[..2], first);
        assert_eq!(all[2].1, Err("sku_taken".to_owned()));
        assert!(all[3].1.is_ok() && count(&products).await == 3, "{all:?}");
    }
}
