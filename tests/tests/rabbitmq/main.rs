//! The `RabbitMQ` adapters, with an exchange and queues of its own for each test, at the broker that `TEST_AMQP_URL` names.
//! `scripts/test` starts one.
mod bus;
mod faults;
mod listener;
mod proxy;
mod subscribing;

use bus::RabbitBus;

mod publisher {
    use super::*;
    conformance::event_publisher!(RabbitBus::fresh().into_halves());
}

mod subscriber {
    use super::*;
    conformance::event_subscriber!(RabbitBus::fresh());
}

mod dead_letters {
    use super::*;
    conformance::dead_letters!(RabbitBus::fresh());
}
