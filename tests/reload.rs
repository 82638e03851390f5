//! A policy that is replaced is freed by a handle, and never by a request.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
};

use corsac::{CorsLayer, Origin, Policy};
use futures_util::FutureExt;
use tower::{Layer, ServiceExt, service_fn};

use crate::owners::{answer, hang, request};

/// The threads that freed policies.
type Threads = Arc<Mutex<Vec<ThreadId>>>;

/// Records the thread that frees a policy.
struct Freed(Threads);

impl Drop for Freed {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(thread::current().id());
    }
}

impl Freed {
    fn policy(threads: &Threads) -> Policy {
        let freed = Self(threads.clone());
        let allows = move |_: &Origin| Arc::strong_count(&freed.0) > 0;
        CorsLayer::builder().allow_origin_if(allows).build_policy().unwrap()
    }
}

/// Replacing a policy or dropping a handle frees it, and never a request, whatever the order in which
/// they end.
#[test]
fn no_request_frees_a_policy_that_was_replaced() {
    let threads = Threads::default();
    let freed = || threads.lock().unwrap().len();
    let (layer, handle) = CorsLayer::reloadable(Freed::policy(&threads));
    let start = || {
        let mut response = Box::pin(layer.layer(service_fn(hang)).oneshot(request()));
        assert!(response.as_mut().now_or_never().is_none());
        response
    };
    let end = |response| thread::spawn(move || drop(response)).join().unwrap();

    let of_first = start();
    handle.replace(Freed::policy(&threads));
    let of_second = start();
    handle.replace(Freed::policy(&threads));
    handle.replace(Freed::policy(&threads));
    assert_eq!(freed(), 0);
    end(of_first);
    assert_eq!(freed(), 0);
    handle.replace(Freed::policy(&threads));
    assert_eq!(freed(), 2, "the first and the third");
    end(of_second);
    drop(handle.clone());
    assert_eq!(freed(), 4, "the second and the fourth");

    // The layer keeps what the last handle cannot free.
    let of_fifth = start();
    handle.replace(Freed::policy(&threads));
    drop(handle);
    end(of_fifth);
    assert_eq!(freed(), 4);
    drop(layer);
    assert_eq!(*threads.lock().unwrap(), [thread::current().id(); 6]);
}

/// A policy that is in force again is kept once.
#[test]
fn policies_in_turn() {
    let threads = Threads::default();
    let [one, other] = [(); 2].map(|()| Arc::new(Freed::policy(&threads)));
    let (_layer, handle) = CorsLayer::reloadable(one.clone());
    for _ in 0..3 {
        assert!(Arc::ptr_eq(&handle.replace(other.clone()), &one));
        assert!(Arc::ptr_eq(&handle.replace(one.clone()), &other));
    }
    assert!(Arc::ptr_eq(&handle.replace(one.clone()), &one));
    drop(other);
    handle.replace(Freed::policy(&threads));
    assert_eq!(threads.lock().unwrap().len(), 1);
    drop(one);
    handle.replace(Freed::policy(&threads));
    assert_eq!(threads.lock().unwrap().len(), 2);
}

#[test]
fn no_request_frees_a_policy_while_others_replace_it() {
    let threads = Threads::default();
    let (layer, handle) = CorsLayer::reloadable(Freed::policy(&threads));
    let service = layer.layer(service_fn(answer));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    service.clone().oneshot(request()).now_or_never().unwrap().unwrap();
                }
            });
        }
        for _ in 0..2000 {
            handle.replace(Freed::policy(&threads));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    drop((layer, service, handle));
    assert_eq!(*threads.lock().unwrap(), vec![thread::current().id(); 2001]);
}
