//! When the process starts, when a thread begins, and when it ends: what every layer below has to do then, in order.

#![allow(unsafe_code)]

mod begin;
mod end;
mod start;

#[cfg(feature = "sancov")]
pub(crate) use begin::begin_edges;
pub(crate) use begin::{begin_stack, reach};
pub(crate) use start::start;
