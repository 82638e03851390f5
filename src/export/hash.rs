//! A hash that identifies what was exported.

use crate::{
    origin::OriginSet,
    policy::{
        Enforcement, Policy,
        rules::{Names, Rules},
    },
};

/// Hashes the policy as data. The same policy has the same hash on every machine.
pub(super) fn of_policy(policy: &Policy) -> u64 {
    let Rules {
        origin_regexes,
        any_origin,
        any_origin_with_credentials,
        null_origin,
        insecure_origins,
        opaque_origins,
        methods,
        request_headers,
        exposed_headers,
        credentials,
        max_age,
        enforcement,
        reject_status,
        preflight_status,
        own_origins,
        trust_forwarded_headers,
        trusted_senders,
    } = &policy.rules;
    let patterns = policy.origin_set().map(OriginSet::patterns).unwrap_or_default();
    let mut hash = Fnv::default();
    hash.list(patterns.iter().map(AsRef::as_ref));
    for list in [origin_regexes, opaque_origins, own_origins, trusted_senders] {
        hash.list(list.iter().map(String::as_str));
    }
    for Names { any, listed } in [methods, request_headers, exposed_headers] {
        hash.write(&[u8::from(*any)]);
        hash.list(listed.iter().map(String::as_str));
    }
    let switches = [
        any_origin,
        any_origin_with_credentials,
        null_origin,
        insecure_origins,
        credentials,
        trust_forwarded_headers,
    ];
    hash.write(&switches.map(|switch| u8::from(*switch)));
    let max_age = max_age.map_or(u64::MAX, |max_age| max_age.as_secs());
    hash.write(&max_age.to_be_bytes());
    hash.write(&[u8::from(*enforcement == Enforcement::Reject)]);
    for status in [reject_status, preflight_status] {
        hash.write(&status.unwrap_or(0).to_be_bytes());
    }
    hash.value
}

/// Hashes prefixes, each with the hash of its policy.
#[cfg(feature = "serde")]
pub(super) fn of_paths<'t>(paths: impl Iterator<Item = (&'t str, u64)>) -> u64 {
    let mut hash = Fnv::default();
    for (prefix, policy) in paths {
        hash.list([prefix].into_iter());
        hash.write(&policy.to_be_bytes());
    }
    hash.value
}

/// FNV-1a, whose values are the same on every machine.
struct Fnv {
    value: u64,
}

impl Default for Fnv {
    fn default() -> Self {
        Self { value: 0xcbf2_9ce4_8422_2325 }
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.value = (self.value ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// No text of a policy contains these bytes, so two lists never give the same bytes.
    fn list<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        for text in texts {
            self.write(text.as_bytes());
            self.write(&[0xff]);
        }
        self.write(&[0xfe]);
    }
}
