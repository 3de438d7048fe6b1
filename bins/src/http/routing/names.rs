/// That a handler with these arguments takes the policy `P`, so that nobody gets in whom the policy keeps out. Where it
/// is among them is found by the compiler.
pub trait Names<P, Where> {}

/// Among the arguments, at this place.
pub struct At<const INDEX: usize>;

/// Nowhere: a policy that lets everybody in needn't be among them.
pub struct Anywhere;

macro_rules! names {
    ($index:literal: [$($before:ident)*] [$($after:ident)*]) => {
        impl<P, $($before,)* $($after,)*> Names<P, At<$index>> for ($($before,)* P, $($after,)*) {}
        names! { @shorter $index: [$($before)*] [$($after)*] }
    };
    (@shorter $index:literal: [$($before:ident)*] []) => {};
    (@shorter $index:literal: [$($before:ident)*] [$next:ident $($after:ident)*]) => {
        names! { $index: [$($before)*] [$($after)*] }
    };
}

names! { 0: [] [A B C D E F] }
names! { 1: [A] [B C D E F] }
names! { 2: [A B] [C D E F] }
names! { 3: [A B C] [D E F] }
names! { 4: [A B C D] [E F] }
names! { 5: [A B C D E] [F] }
names! { 6: [A B C D E F] [] }
