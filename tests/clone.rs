//! axum and hyper clone a service for each request: what that allocates.

use std::alloc::System;

use corsac::CorsLayer;
use http::HeaderValue;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::Layer as _;
use tower_http::cors::AllowOrigin;

// It counts for the whole process, so this target has one test.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn allocations_of_a_clone<T: Clone>(value: &T) -> usize {
    let region = Region::new(ALLOCATOR);
    drop(value.clone());
    region.change().allocations
}

#[test]
fn a_clone_allocates_nothing_whatever_the_size_of_the_policy() {
    for count in [1, 10, 1000] {
        let origins: Vec<_> = (0..count).map(|at| format!("https://a{at}.example")).collect();
        let cors = CorsLayer::builder().allow_origins(&origins).build().unwrap();
        assert_eq!(allocations_of_a_clone(&cors.layer(())), 0);

        let values = origins.iter().map(|origin| origin.parse::<HeaderValue>().unwrap());
        let theirs = tower_http::cors::CorsLayer::new().allow_origin(AllowOrigin::list(values));
        assert!(allocations_of_a_clone(&theirs.layer(())) > 0);
    }
}
