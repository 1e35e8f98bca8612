//! Two runs side by side, for people and for programs.

mod hits;
mod items;
pub mod json;
mod pair;
pub mod text;
