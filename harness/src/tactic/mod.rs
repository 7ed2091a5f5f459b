//! An exchange's bytes become deliveries.

mod script;

pub use script::{Script, Spoken};
