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

fn arrived(all: &mut Waiting<One>, together: &[One]) {
    all.give_way();
    all.let_go(&subjects(together));
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
    arrived(&mut all, &first);
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
    arrived(&mut all, &first);
    assert_eq!(numbers(&all.take()), [4, 2]);
}

#[test]
fn whoever_takes_long_gives_way_but_keeps_what_it_has() {
    let mut all = waiting([one(1, 1)]);
    let slow = [all.take(), {
        all.put(one(2, 2)).unwrap();
        all.take()
    }];
    all.put(one(1, 3)).unwrap();
    all.put(one(3, 4)).unwrap();
    assert!(all.take().is_empty());
    all.give_way();
    assert_eq!(numbers(&all.take()), [4]);
    all.let_go(&subjects(&slow[0]));
    assert!(all.take().is_empty(), "its place is taken");
    arrived(&mut all, &slow[1]);
    assert_eq!(numbers(&all.take()), [3]);
}

#[test]
fn a_batch_is_full_at_some_point_and_keeps_its_order() {
    let mut all = waiting((0..TOGETHER + 10).map(|number| one(1, number)));
    let first = all.take();
    assert_eq!(numbers(&first), (0..TOGETHER).collect::<Vec<_>>());
    arrived(&mut all, &first);
    assert_eq!(numbers(&all.take()), (TOGETHER..TOGETHER + 10).collect::<Vec<_>>());
}

#[test]
fn whoever_must_go_alone_does_so_in_its_turn() {
    let mut all = waiting([one(1, 1), one(2, 2), one(1, 3)]);
    let failed = all.take();
    assert_eq!(numbers(&failed), [1, 3, 2]);
    all.put(one(1, 4)).unwrap();
    all.put_back(failed.iter().map(|one| One { is_alone: true, ..*one }).collect());
    arrived(&mut all, &failed);
    let mut order = Vec::new();
    loop {
        let next = all.take();
        if next.is_empty() {
            break;
        }
        order.push(numbers(&next));
        arrived(&mut all, &next);
    }
    assert_eq!(order, [vec![1], vec![2], vec![3], vec![4]]);
}

#[test]
fn nobody_goes_for_those_who_have_given_up() {
    let mut all = waiting([1, 2, 3].map(|number| One { is_given_up: number != 2, ..one(1, number) }));
    let some = all.take();
    assert_eq!(numbers(&some), [2]);
    arrived(&mut all, &some);
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
