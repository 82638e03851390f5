//! `corsac probe` against servers on the loopback.

mod command;
mod documentation;
mod faults;
mod paths;
mod questions;
mod quiet;
mod tls;
mod wire;

// The deployments with faults are those of the library's tests, here behind sockets.
#[path = "../../../tests/probe/fault.rs"]
mod fault;
#[path = "../../../tests/probe/faults_matching.rs"]
mod faults_matching;
#[path = "../../../tests/probe/faults_preflight.rs"]
mod faults_preflight;
#[path = "../../../tests/probe/faults_response.rs"]
mod faults_response;
#[path = "../../../tests/probe/faults_series.rs"]
mod faults_series;
#[path = "../../../tests/probe/server.rs"]
mod server;
