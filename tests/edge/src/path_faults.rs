//! Faults in the choice of a policy by path.

use crate::{
    faults::{Fault, fault},
    server::Kind,
};

/// The expressions for paths are the same in the languages of all servers.
pub const EACH: [Fault; 7] = [
    fault("a prefix without its end", "some_paths", "^/api(?:/|$)", "^/api"),
    fault("a prefix without its start", "some_paths", "^/public(?:/|$)", "/public(?:/|$)"),
    fault("two slashes are one", "some_paths", "//|", ""),
    fault("segments of dots are names", "some_paths", "(?:/|$)|/%20", "$|/%20"),
    fault("encoded letters are letters", "some_paths", "40|5[bde]", "4.|5[bde]"),
    fault("parameters are names", "some_paths", "&-:<->@", "&->@"),
    fault("another case is another path", "some_paths", "(?i)^/", "^/-"),
];

/// The faults of one server.
pub fn of(kind: Kind) -> &'static [Fault] {
    match kind {
        Kind::Caddy => &CADDY,
        Kind::Haproxy => &HAPROXY,
        Kind::Nginx => &NGINX,
        _ => &[],
    }
}

const READ: &str = "the path as the server reads it";
const NO_POLICY: &str = "no policy for paths that confuse";
const STRIPPED: &str = "headers are removed without a policy";
const REJECTED: &str = "paths that confuse are not rejected";

const CADDY: [Fault; 4] = [
    fault(READ, "some_paths", "{http.request.orig_uri}", "{http.request.uri.path}"),
    fault(NO_POLICY, "some_paths", "default \"0\"", "default \"none\""),
    fault(STRIPPED, "some_paths", "none \"\"", "none Access-Control-*"),
    fault(REJECTED, "all_paths", "respond @corsac_rejected 401", ""),
];

const HAPROXY: [Fault; 4] = [
    fault(READ, "some_paths", "path -m reg", "path,url_dec -m reg"),
    fault(NO_POLICY, "some_paths", "str(0) if !corsac_plain", "str(none) if !corsac_plain"),
    fault(STRIPPED, "some_paths", " -m beg if !corsac_no_policy", " -m beg"),
    fault(REJECTED, "all_paths", "401 if corsac_policy_0", "401 if corsac_policy_1"),
];

const NGINX: [Fault; 4] = [
    fault(READ, "some_paths", "$request_uri", "$uri"),
    fault(NO_POLICY, "some_paths", "default 0;", "default none;"),
    fault(STRIPPED, "some_paths", "none \" $upstream_http", "none \" $http_none"),
    fault(REJECTED, "all_paths", "\"0 rejected\" 401;", "\"0 rejected\" \"\";"),
];
