//! What a probe finds.

mod browsers;
mod faults;
mod faults_matching;
mod faults_preflight;
mod faults_response;
mod faults_series;
mod pages;
mod quiet;
mod server;
mod special;
