//! The library's tests, as one program: to link each of them would take longer than to run them all.
//!
//! Apart from it are those that need a process of their own, beside this file, and those that need more
//! than the library and a runtime: the packages `properties`, `stacks` and `browser`.

mod auto_traits;
mod browser_model;
mod corpus;
mod decision;
mod denials;
mod errors;
mod explain;
mod others;
mod parity;
mod warnings;

mod support {
    pub(crate) mod browser;
    pub(crate) mod corpus;
}
