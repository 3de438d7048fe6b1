//! Who listens at the broker. Whoever publishes doesn't wait for anybody to be there.
use lapin::{
    Connection, ConnectionProperties, Error, Queue, options::QueueDeclareOptions, types::FieldTable,
};

use crate::{
    place::required,
    world::{World, eventually},
};

/// The queue of a reactor in `world`, if there is one by now.
pub async fn queue(connection: &Connection, world: &World, name: &str) -> Result<Queue, Error> {
    let place = world.setting("AMQP_EXCHANGE").unwrap().strip_suffix(".events").unwrap();
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    // A channel of its own, since it is closed when there is no such queue.
    let channel = connection.create_channel().await?;
    let queue =
        channel.queue_declare(format!("{place}.{name}").into(), passive, FieldTable::default()).await?;
    channel.close(200, "OK".into()).await?;
    Ok(queue)
}

/// Waits until product-service listens to auth-service.
pub async fn product_service_listens(world: &World) {
    let (url, properties) = (required("TEST_AMQP_URL"), ConnectionProperties::default());
    let connection = Connection::connect(&url, properties).await.unwrap();
    eventually("product-service listens", async || {
        let queue = queue(&connection, world, "product-service.revoke-tokens").await;
        queue.is_ok_and(|queue| queue.consumer_count() > 0)
    })
    .await;
    // It may be gone already; nobody needs it any more.
    let _ = connection.close(200, "OK".into()).await;
}
