//! Registries of services, and how others are found in them.
#[cfg(any(feature = "consul", feature = "etcd"))]
mod asking;
#[cfg(feature = "consul")]
mod consul;
#[cfg(feature = "etcd")]
mod etcd;
mod found;

#[cfg(feature = "consul")]
pub use consul::{ConsulConfig, ConsulRegistry};
#[cfg(feature = "etcd")]
pub use etcd::{EtcdConfig, EtcdRegistry};
pub use found::Found;
