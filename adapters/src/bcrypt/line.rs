//! Who is served next when many wait.
use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// Jobs that wait, each of a place. Places take turns, so that however many come from one, another's first job waits for no
/// more than one of each; and while there is no room, whoever has the most of it makes way for whoever has less.
#[derive(Debug)]
pub struct Line<J> {
    waiting: Mutex<Waiting<J>>,
    changed: Condvar,
    room: usize,
}

#[derive(Debug)]
struct Waiting<J> {
    /// Those of each place, in the order in which places are served. None is empty.
    places: VecDeque<(Option<String>, VecDeque<J>)>,
    count: usize,
    is_closed: bool,
}

impl<J> Line<J> {
    /// One in which at most `room` jobs wait.
    pub fn new(room: usize) -> Self {
        let waiting = Waiting { places: VecDeque::new(), count: 0, is_closed: false };
        Self { waiting: Mutex::new(waiting), changed: Condvar::new(), room: room.max(1) }
    }

    /// Lets a job of `place` wait for its turn.
    ///
    /// # Errors
    /// A job there is no room for: this one, or one that made way for it.
    pub fn join(&self, place: Option<&str>, job: J) -> Result<(), J> {
        let mut waiting = self.lock();
        let ours = waiting.places.iter().position(|(of, _)| of.as_deref() == place);
        let mut displaced = None;
        if waiting.count >= self.room {
            let own = ours.and_then(|at| waiting.places.get(at)).map_or(0, |(_, jobs)| jobs.len());
            let longest = waiting.places.iter_mut().map(|(_, jobs)| jobs).max_by_key(|jobs| jobs.len());
            displaced = longest.filter(|jobs| jobs.len() > own + 1).and_then(VecDeque::pop_back);
            if displaced.is_none() {
                return Err(job);
            }
        } else {
            waiting.count += 1;
        }
        match ours.and_then(|at| waiting.places.get_mut(at)) {
            Some((_, jobs)) => jobs.push_back(job),
            None => waiting.places.push_back((place.map(str::to_owned), VecDeque::from([job]))),
        }
        self.changed.notify_one();
        displaced.map_or(Ok(()), Err)
    }

    /// The job whose turn it is, once there is one; `None` after the line was closed.
    pub fn next(&self) -> Option<J> {
        let mut waiting = self
            .changed
            .wait_while(self.lock(), |waiting| waiting.places.is_empty() && !waiting.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        let (place, mut jobs) = waiting.places.pop_front()?;
        let job = jobs.pop_front();
        if !jobs.is_empty() {
            waiting.places.push_back((place, jobs));
        }
        waiting.count = waiting.count.saturating_sub(1);
        job
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.lock().count
    }

    /// Lets whoever waits for jobs go, once there are none.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<J>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(line: &Line<&'static str>) -> Vec<&'static str> {
        line.close();
        std::iter::from_fn(|| line.next()).collect()
    }

    #[test]
    fn places_take_turns() {
        let line = Line::new(8);
        for (place, job) in [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2")] {
            line.join(Some(place), job).unwrap();
        }
        line.join(None, "nowhere").unwrap();
        assert_eq!(served(&line), ["a1", "b1", "c1", "nowhere", "a2", "b2", "a3"]);
    }

    #[test]
    fn whoever_has_the_most_room_makes_way_for_whoever_has_less() {
        let line = Line::new(4);
        for job in ["a1", "a2", "a3", "a4"] {
            line.join(Some("a"), job).unwrap();
        }
        assert_eq!(line.join(Some("a"), "a5"), Err("a5"), "alone they have all of it, and no more");
        assert_eq!(line.join(Some("b"), "b1"), Err("a4"));
        assert_eq!(line.join(Some("b"), "b2"), Err("a3"));
        assert_eq!(line.join(Some("b"), "b3"), Err("b3"), "nobody has more than they would have");
        assert_eq!(line.join(Some("c"), "c1"), Err("b2"), "one of those who have most");
        assert_eq!(line.join(Some("d"), "d1"), Err("a2"));
        assert_eq!(line.join(Some("e"), "e1"), Err("e1"), "nobody loses their only place");
        assert_eq!(served(&line), ["a1", "b1", "c1", "d1"]);
    }

    #[test]
    fn whoever_was_served_makes_room() {
        let line = Line::new(1);
        for job in ["a1", "a2", "a3"] {
            line.join(Some("a"), job).unwrap();
            assert_eq!(line.join(Some("b"), "b1"), Err("b1"));
            assert_eq!(line.next(), Some(job));
        }
    }

    #[test]
    fn whoever_waits_for_jobs_goes_when_there_will_be_no_more() {
        let line = Line::<()>::new(1);
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| line.next());
            line.close();
            assert_eq!(waits.join().unwrap(), None);
        });
    }
}
