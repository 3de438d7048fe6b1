//! [`Clock`].
use std::time::Duration;

use chrono::{TimeDelta, Timelike, Utc};
use domain_shared::Clock;

pub async fn tells_the_time(clock: impl Clock) {
    let difference = clock.now() - Utc::now();
    assert!(difference.abs() < TimeDelta::seconds(5), "off by {difference}");
    let before = clock.now();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let passed = clock.now() - before;
    assert!((TimeDelta::milliseconds(19)..TimeDelta::seconds(5)).contains(&passed), "{passed} passed");
}

pub async fn tells_it_to_the_microsecond(clock: impl Clock) {
    let mut nanoseconds = (0..100).map(|_| clock.now().nanosecond());
    assert!(nanoseconds.all(|nanosecond| nanosecond % 1000 == 0), "no store keeps more");
    let mut microseconds = (0..100).map(|_| clock.now().timestamp_subsec_micros());
    assert!(microseconds.any(|microsecond| microsecond % 1000 != 0), "and no less");
}
