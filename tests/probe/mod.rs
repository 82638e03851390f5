//! What a probe finds.

mod browsers;
mod fault;
mod faults;
mod faults_matching;
mod faults_preflight;
mod faults_response;
mod faults_series;
mod others;
mod pages;
mod probed;
mod quiet;
mod server;
mod special;
