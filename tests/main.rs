//! Tests of the library, as one program: linking a program for each file takes longer than running
//! them all.
//!
//! The programs beside this file need a process of their own. The packages `properties`, `stacks`,
//! `browser` and `edge` are the tests that need more dependencies or other programs.

mod auto_traits;
mod browser_model;
mod corpus;
mod decision;
mod denials;
mod errors;
mod explain;
mod layer;
mod others;
mod own_pages;
mod owners;
mod parity;
#[cfg(feature = "probe")]
mod probe;
#[cfg(feature = "reload")]
mod reload;
mod warnings;
mod within;

mod support {
    pub(crate) mod browser;
    pub(crate) mod corpus;
}
