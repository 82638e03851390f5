//! What a request costs, and what to avoid.
//!
//! In short: a request costs corsac about as much as inserting the headers does, whatever the size of the
//! policy. You need not think about it, except where your own code is asked.
//!
//! # One request
//!
//! Counted in instructions, because time depends on what else a machine does. *Floor* is a service that
//! answers at once; *limit* inserts the headers of corsac's answer from constants, and looks at nothing. *Net* is
//! `(subject - floor) / (limit - floor)`. *Cloned* services are cloned for each request, as axum and hyper do.
//!
//! | request | floor | limit | corsac | tower-http | net corsac | net tower-http |
//! |---|---|---|---|---|---|---|
//! | not CORS, list of 10 | 671 | 1271 | 1506 | 5921 | 1.39 | 8.75 |
//! | actual, list of 10, allowed | 693 | 1935 | 2051 | 7657 | 1.09 | 5.61 |
//! | actual, list of 10, refused | 693 | 1293 | 1603 | 6294 | 1.52 | 9.33 |
//! | actual, pattern, allowed | 693 | 1935 | 2187 | 7417 | 1.20 | 5.41 |
//! | actual, pattern, refused | 693 | 1293 | 1618 | 5981 | 1.54 | 8.81 |
//! | actual, permissive | 693 | 1482 | 1568 | 4413 | 1.11 | 4.71 |
//! | preflight, list of 10, allowed | 737 | 2265 | 2856 | 6256 | 1.39 | 3.61 |
//! | cloned: not CORS, list of 10 | 671 | 1271 | 1501 | 7192 | 1.38 | 10.86 |
//! | cloned: actual, list of 10, allowed | 693 | 1935 | 2045 | 8940 | 1.09 | 6.64 |
//! | cloned: actual, permissive | 693 | 1482 | 1560 | 4751 | 1.10 | 5.14 |
//!
//! Each request allocates twice, which is what the response's header map takes; tower-http allocates five
//! to eleven times. In an axum router corsac adds about a
//! quarter of what tower-http adds to actual requests (0.22 to 0.26), and 0.44 to preflights.
//!
//! Where the answer has one header, the look-up of `Origin` weighs most: it takes a sixth of what inserting `Vary`
//! takes. A preflight has three headers to look up.
//!
//! # The size of the policy
//!
//! | origins | 10 | 10,000 | 1,000,000 |
//! |---|---|---|---|
//! | exact, one of them | 2193 | 2146 | 2142 |
//! | exact, none of them | 1588 | 1734 | 1728 |
//! | patterns, one of them | 2948 | 3032 | |
//! | patterns, none of them | 2464 | 2538 | |
//!
//! tower-http takes 8875 instructions for the first of these, and 508565 for the second: it copies its list with
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
//! cargo bench --bench cost              # all tables; needs valgrind
//! cargo bench --bench cost -- preflight # some rows
//! cargo bench --bench request           # times
//! ```
//!
//! These were counted on an Intel Xeon (Sapphire Rapids) with rustc 1.95, valgrind 3.19 and glibc 2.36; other
//! compilers and C libraries differ by a few percent. The repository's gate counts again with every change, and fails at 8 % more.
