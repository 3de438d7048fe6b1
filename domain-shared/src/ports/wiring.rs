//! How a context names its ports once and gets a trait to be generic over and a struct to wire.

/// Declares a context's `Ports` trait and its `Wiring` struct.
///
/// Each line is `name: Type: Trait`; it becomes an associated type with an accessor in `Ports`, and a public field of
/// `Wiring`, which implements `Ports` for any set of adapters.
#[macro_export]
macro_rules! ports {
    ($(#[$trait_doc:meta])* { $($(#[$doc:meta])* $name:ident: $Type:ident: $Port:path),+ $(,)? }) => {
        $(#[$trait_doc])*
        pub trait Ports: Send + Sync + 'static {
            $($(#[$doc])* type $Type: $Port;)+
            $($(#[$doc])* fn $name(&self) -> &Self::$Type;)+
        }

        /// One adapter per port, as a struct literal at the composition root.
        #[derive(Debug, Clone)]
        pub struct Wiring<$($Type),+> {
            $($(#[$doc])* pub $name: $Type,)+
        }

        impl<$($Type: $Port),+> Ports for Wiring<$($Type),+> {
            $(type $Type = $Type;)+
            $(fn $name(&self) -> &$Type { &self.$name })+
        }
    };
}
