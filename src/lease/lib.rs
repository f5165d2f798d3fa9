//! The lease of appliances: one tenant at a time has one whole appliance, and at release nothing of his remains.
//!
//! Two state machines, one inside the other, are data: the [`device`] (what an appliance may do) and the [`resource`]
//! (what a provider promised to a customer). The [`Pool`] moves both and says what should be; it does nothing
//! itself, so that a restart finds everything in its file. [`evidence`] is what remains of a lease: signed records,
//! each of which holds the hash of the one before.

pub mod device;
pub mod evidence;
pub mod machine;
mod pool;
pub mod resource;
mod sku;

pub use pool::{Appliance, Look, Pool, Problem, Release};
pub use resource::{Change, Identifier, Resource, Wish};
pub use sku::{Sku, UnknownSku};

/// Both state machines as Markdown: diagrams, and every way in words.
pub fn manual() -> String {
    let (appliance, resource) = (device::MACHINE.diagram(), resource::MACHINE.diagram());
    format!("# Lifecycle\n\n{appliance}\n{resource}")
}
