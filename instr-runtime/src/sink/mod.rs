//! Where records go.

pub(crate) mod write;
