//! What a request costs, and what to avoid.
//!
//! In short: a request costs corsac about as much as inserting the headers does, whatever the size of the
//! policy. You need not think about it, except where your own code is asked.
//!
//! # One request
//!
//! Counted in instructions, because time depends on what else a machine does. *Floor* is a service that
//! answers at once; *limit* inserts the headers of corsac's answer from constants, and looks at nothing. *Net* is
//! `(subject - floor) / (limit - floor)`. *Cloned* services are cloned for each request, as axum and hyper do;
//! *reloadable* ones too.
//!
//! | request | floor | limit | corsac | tower-http | net corsac | net tower-http |
//! |---|---|---|---|---|---|---|
//! | not CORS, list of 10 | 743 | 1343 | 1510 | 5909 | 1.28 | 8.61 |
//! | actual, list of 10, allowed | 765 | 2007 | 2061 | 7657 | 1.04 | 5.55 |
//! | actual, list of 10, refused | 765 | 1365 | 1607 | 6293 | 1.40 | 9.21 |
//! | actual, pattern, allowed | 765 | 2007 | 2196 | 7417 | 1.15 | 5.36 |
//! | actual, pattern, refused | 765 | 1365 | 1622 | 5981 | 1.43 | 8.69 |
//! | actual, permissive | 765 | 1554 | 1577 | 4558 | 1.03 | 4.81 |
//! | preflight, list of 10, allowed | 809 | 2337 | 2854 | 6265 | 1.34 | 3.57 |
//! | cloned: not CORS, list of 10 | 743 | 1343 | 1507 | 7192 | 1.27 | 10.74 |
//! | cloned: actual, list of 10, allowed | 765 | 2007 | 2057 | 8952 | 1.04 | 6.59 |
//! | cloned: actual, permissive | 765 | 1554 | 1571 | 4908 | 1.02 | 5.25 |
//! | reloadable: not CORS, list of 10 | 743 | 1343 | 1624 | 7204 | 1.47 | 10.76 |
//! | reloadable: actual, list of 10, allowed | 765 | 2007 | 2175 | 8952 | 1.14 | 6.59 |
//! | reloadable: actual, permissive | 765 | 1554 | 1688 | 4908 | 1.17 | 5.25 |
//!
//! Each request allocates twice, which is what the response's header map takes; tower-http allocates five
//! to eleven times. In an axum router corsac adds about a
//! quarter of what tower-http adds to actual requests (0.22 to 0.26), and 0.43 to preflights.
//!
//! Where the answer has one header, the look-up of `Origin` weighs most: it takes a sixth of what inserting `Vary`
//! takes. A preflight has three headers to look up.
//!
//! # The size of the policy
//!
//! | origins | 10 | 10,000 | 1,000,000 |
//! |---|---|---|---|
//! | exact, one of them | 2209 | 2139 | 2142 |
//! | exact, none of them | 1603 | 1741 | 1743 |
//! | patterns, one of them | 2954 | 3025 | |
//! | patterns, none of them | 2469 | 2545 | |
//!
//! tower-http takes 8873 instructions for the first of these, and 508540 for the second: it copies its list with
//! the service.
//!
//! Up to sixteen exact origins and four patterns are compared one after the other, the others are looked up
//! in a hash set, whose keys are drawn at random and checked for crowding when the policy is built: tenants
//! who choose their own origins cannot slow it down. (On wasm32 there is no randomness, and they could.) A pattern
//! costs one look-up for each depth of subdomains that the policy has.
//!
//! A million origins build in less than a second, and take 36 bytes each beside their text.
//!
//! # Threads
//!
//! Clones of a layer, a service or a response share nothing that they write to, so two threads do the work of
//! two. For that, policies that are mounted stay for the life of the process: up to 4 MiB of them, and none
//! with code of yours. More are counted by reference as usual; then threads that serve requests at the same
//! moment wait for each other, some tens of nanoseconds each time.
//!
//! # What to avoid
//!
//! * **Predicates** run your code for each origin that no list allows; `allow_origin_if` after lists is asked for the
//!   rest only. A lock in there is one that all requests take.
//! * **Regexes** cost hundreds of instructions each, and are tried one after the other. What a pattern can
//!   say, a pattern says better.
//! * **Mirroring**: `allow_any_header` and `allow_any_method` write what the preflight asks for, so the cost grows
//!   with it, up to 1024 names. List what you know.
//! * **`expose_any_header` with credentials** names the headers of each response.
//! * **Look-ups** for requests without `Origin`: see [`AsyncCorsLayer`](crate::AsyncCorsLayer).
//!
//! What is too long is refused unread: an `Origin` above 327 bytes, and request headers above 16 KiB or 1024 names.
//!
//! # Measure it yourself
//!
//! ```sh
//! cargo bench --bench cost --features reload  # all tables; needs valgrind
//! cargo bench --bench cost -- preflight       # some rows
//! cargo bench --bench request                 # times
//! ```
//!
//! These were counted on an Intel Xeon (Sapphire Rapids) with rustc 1.95, valgrind 3.19 and glibc 2.36; other
//! compilers and C libraries differ by a few percent. The repository's gate counts again with every change, and fails at 8 % more.
