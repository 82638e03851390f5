//! `bindgen PROGRAM.wasm DIRECTORY`: writes the JavaScript for the program, and the program without the
//! sections that only wasm-bindgen reads.

use std::env;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let mut argument = || arguments.next().context("usage: bindgen PROGRAM.wasm DIRECTORY");
    let (program, directory) = (argument()?, argument()?);
    Bindgen::new().input_path(program).web(true)?.typescript(false).generate(directory)
}
