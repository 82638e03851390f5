//! The configuration of Varnish around the exported file.

use std::{path::Path, process::Command};

use crate::server::Ports;

/// The C compiler does not optimize, which takes longer. The other ones are for lines that other servers
/// accept too.
const PARAMETERS: [&str; 5] = [
    "cc_command=exec gcc -O0 -fpic -shared -o %o %s",
    "thread_pools=1",
    "feature=+http2",
    "http_req_hdr_len=24k",
    "http_req_size=48k",
];

/// Each response of the service is stored for itself, so that it serves requests of several origins.
pub fn configuration(Ports { service, closed, .. }: Ports) -> String {
    format!(
        "vcl 4.1;
backend service {{ .host = \"127.0.0.1\"; .port = \"{service}\"; }}
backend slow {{
    .host = \"127.0.0.1\";
    .port = \"{service}\";
    .first_byte_timeout = 100ms;
}}
backend down {{ .host = \"127.0.0.1\"; .port = \"{closed}\"; }}
include \"./corsac.vcl\";
sub vcl_recv {{ call corsac_recv; }}
sub vcl_req_method {{ call corsac_req_method; }}
sub vcl_backend_fetch {{ call corsac_backend_fetch; }}
sub vcl_deliver {{ call corsac_deliver; }}
sub vcl_synth {{ call corsac_synth; }}

sub vcl_recv {{
    if (req.url == \"/large\" && std.integer(req.http.Content-Length, 0) > 4) {{
        return (synth(413));
    }}
    if (req.url == \"/missing\") {{ return (synth(404)); }}
    if (req.url == \"/private\") {{ return (synth(401)); }}
    set req.backend_hint = service;
    if (req.url == \"/down\") {{ set req.backend_hint = down; }}
    if (req.url == \"/slow\") {{ set req.backend_hint = slow; }}
}}
sub vcl_hash {{ hash_data(req.http.X-Case); }}
"
    )
}

/// The command that starts the server. It compiles the file before it listens, and ends if that fails.
pub fn command(program: &Path, at: &Path, port: u16) -> Command {
    let mut command = Command::new(program);
    command.args(["-F", "-s", "malloc,16m", "-a", &format!("127.0.0.1:{port}")]);
    command.arg("-f").arg(at.join("default.vcl")).arg("-n").arg(at.join("varnish"));
    for parameter in PARAMETERS {
        command.args(["-p", parameter]);
    }
    command
}
