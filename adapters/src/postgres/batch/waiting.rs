//! Who goes next, and with whom.
use std::collections::{HashMap, VecDeque};

use domain_shared::StoreError;
use uuid::Uuid;

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

    /// Lets go of the aggregates of those who went together.
    pub(super) fn arrived(&mut self, subjects: &[Uuid]) {
        self.under_way -= 1;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    struct One {
        subject: u128,
        number: usize,
        is_alone: bool,
        is_given_up: bool,
    }

    impl Waits for One {
        fn subject(&self) -> Uuid {
            Uuid::from_u128(self.subject)
        }

        fn is_alone(&self) -> bool {
            self.is_alone
        }

        fn is_given_up(&self) -> bool {
            self.is_given_up
        }
    }

    fn one(subject: u128, number: usize) -> One {
        One { subject, number, is_alone: false, is_given_up: false }
    }

    fn waiting(ones: impl IntoIterator<Item = One>) -> Waiting<One> {
        let mut waiting = Waiting::default();
        ones.into_iter().for_each(|one| waiting.put(one).unwrap());
        waiting
    }

    fn numbers(together: &[One]) -> Vec<usize> {
        together.iter().map(|one| one.number).collect()
    }

    fn subjects(together: &[One]) -> Vec<Uuid> {
        let mut subjects: Vec<Uuid> = together.iter().map(Waits::subject).collect();
        subjects.dedup();
        subjects
    }

    #[test]
    fn who_comes_first_goes_at_once_and_those_who_come_meanwhile_go_together() {
        let mut all = waiting([one(1, 1)]);
        let first = all.take();
        for number in 2..=5 {
            all.put(one(1, number)).unwrap();
        }
        assert_eq!((numbers(&first), numbers(&all.take())), (vec![1], vec![]));
        all.arrived(&subjects(&first));
        assert_eq!(numbers(&all.take()), [2, 3, 4, 5]);
    }

    #[test]
    fn no_two_on_their_way_are_about_the_same() {
        let mut all = waiting([one(1, 1)]);
        let first = all.take();
        all.put(one(1, 2)).unwrap();
        all.put(one(2, 3)).unwrap();
        assert_eq!(numbers(&all.take()), [3], "another product needn't wait");
        all.put(one(3, 4)).unwrap();
        assert!(all.take().is_empty(), "so many are on their way");
        all.arrived(&subjects(&first));
        assert_eq!(numbers(&all.take()), [4, 2]);
    }

    #[test]
    fn a_batch_is_full_at_some_point_and_keeps_its_order() {
        let mut all = waiting((0..TOGETHER + 10).map(|number| one(1, number)));
        let first = all.take();
        assert_eq!(numbers(&first), (0..TOGETHER).collect::<Vec<_>>());
        all.arrived(&subjects(&first));
        assert_eq!(numbers(&all.take()), (TOGETHER..TOGETHER + 10).collect::<Vec<_>>());
    }

    #[test]
    fn whoever_must_go_alone_does_so_in_its_turn() {
        let mut all = waiting([one(1, 1), one(2, 2), one(1, 3)]);
        let failed = all.take();
        assert_eq!(numbers(&failed), [1, 3, 2]);
        all.put(one(1, 4)).unwrap();
        all.put_back(failed.iter().map(|one| One { is_alone: true, ..*one }).collect());
        all.arrived(&subjects(&failed));
        let mut order = Vec::new();
        loop {
            let next = all.take();
            if next.is_empty() {
                break;
            }
            order.push(numbers(&next));
            all.arrived(&subjects(&next));
        }
        assert_eq!(order, [vec![1], vec![2], vec![3], vec![4]]);
    }

    #[test]
    fn nobody_goes_for_those_who_have_given_up() {
        let mut all = waiting([1, 2, 3].map(|number| One { is_given_up: number != 2, ..one(1, number) }));
        let some = all.take();
        assert_eq!(numbers(&some), [2]);
        all.arrived(&subjects(&some));
        all.put(One { is_given_up: true, ..one(4, 4) }).unwrap();
        assert!(all.take().is_empty());
        assert_eq!((all.count, all.lanes.len(), all.ready.len()), (0, 0, 0), "nothing is left of them");
    }

    #[test]
    fn only_so_many_wait() {
        let mut all = waiting((0..MOST).map(|number| one(1, number)));
        assert!(matches!(all.put(one(2, 0)), Err(StoreError::Unavailable(_))));
        assert_eq!(all.take().len(), TOGETHER);
        all.put(one(2, 0)).unwrap();
    }
}
