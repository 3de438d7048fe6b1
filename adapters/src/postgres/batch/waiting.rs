//! Who goes next, and with whom.
use std::collections::{HashMap, VecDeque};

use domain_shared::StoreError;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// How many transactions may be on their way at once. More would leave fewer commands for each.
const AT_ONCE: usize = 2;

/// How many commands go in one transaction: a longer one would keep its first too long.
const TOGETHER: usize = 64;

/// How many wait. Beyond that they would wait in vain.
const MOST: usize = 2048;

/// Something that waits.
pub(super) trait Waits {
    /// Which aggregate it is about.
    fn subject(&self) -> Uuid;

    /// Whether it must go by itself.
    fn is_alone(&self) -> bool;

    /// Whether it needn't go any more.
    fn is_given_up(&self) -> bool;
}

/// All that waits, by what it is about. No two that are on their way are about the same.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    /// What waits for each aggregate, in the order in which it came. There is one for all that wait or are on their way.
    lanes: HashMap<Uuid, VecDeque<T>>,
    /// The lanes that may be taken from, each once: those of whose aggregates nobody is on the way.
    ready: VecDeque<Uuid>,
    count: usize,
    under_way: usize,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self { lanes: HashMap::new(), ready: VecDeque::new(), count: 0, under_way: 0 }
    }
}

impl<T: Waits> Waiting<T> {
    /// Has it wait for its turn.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if too many do.
    pub(super) fn put(&mut self, one: T) -> Result<(), StoreError> {
        if self.count >= MOST {
            return Err(StoreError::unavailable("too many commands wait"));
        }
        let subject = one.subject();
        let lane = self.lanes.entry(subject).or_insert_with(|| {
            self.ready.push_back(subject);
            VecDeque::new()
        });
        lane.push_back(one);
        self.count += 1;
        Ok(())
    }

    /// Has some that were on their way go again, before all others, once they are let go.
    pub(super) fn put_back(&mut self, some: Vec<T>) {
        for one in some.into_iter().rev() {
            if let Some(lane) = self.lanes.get_mut(&one.subject()) {
                lane.push_front(one);
                self.count += 1;
            }
        }
    }

    /// Those who go now; nobody if too many are on their way, or if nobody waits who may go.
    pub(super) fn take(&mut self) -> Vec<T> {
        let mut together = Vec::new();
        if self.under_way >= AT_ONCE {
            return together;
        }
        while let Some(subject) = self.ready.pop_front() {
            let Some(lane) = self.lanes.get_mut(&subject) else { continue };
            let before = together.len();
            while let Some(next) = lane.pop_front_if(|next| may_join(next, &together)) {
                self.count -= 1;
                if !next.is_given_up() {
                    together.push(next);
                }
            }
            if together.len() > before {
                continue;
            }
            if lane.is_empty() {
                self.lanes.remove(&subject);
            } else {
                self.ready.push_front(subject);
                break;
            }
        }
        self.under_way += usize::from(!together.is_empty());
        together
    }

    /// Has others go though some are still on their way.
    pub(super) const fn give_way(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// Lets go of the aggregates of those who went together.
    pub(super) fn let_go(&mut self, subjects: &[Uuid]) {
        for subject in subjects {
            let Some(lane) = self.lanes.get_mut(subject) else { continue };
            if lane.is_empty() {
                self.lanes.remove(subject);
            } else {
                self.ready.push_back(*subject);
            }
        }
    }
}

fn may_join<T: Waits>(next: &T, others: &[T]) -> bool {
    match others {
        [] => true,
        [first, ..] => others.len() < TOGETHER && !first.is_alone() && !next.is_alone(),
    }
}
