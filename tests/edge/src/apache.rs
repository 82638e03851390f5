//! The configuration of Apache httpd around the exported file.

use std::{path::Path, process::Command};

use crate::server::Ports;

/// The modules that Debian has switched on, with those for the exported file and for a proxy.
const MODULES: [&str; 13] = [
    "mpm_event",
    "authn_core",
    "authn_file",
    "authz_core",
    "authz_user",
    "auth_basic",
    "alias",
    "headers",
    "rewrite",
    "setenvif",
    "proxy",
    "proxy_http",
    "http2",
];

pub fn configuration(Ports { edge, service, closed, .. }: Ports) -> String {
    let load = |name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so");
    let modules = MODULES.map(load).join("\n");
    format!(
        "{modules}
PidFile httpd.pid
ErrorLog error.log
LogLevel error
DocumentRoot .
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
MaxKeepAliveRequests 0
Protocols h2c http/1.1
Listen 127.0.0.1:{edge}
<VirtualHost 127.0.0.1:{edge}>
    ServerName edge.example
    Include corsac.conf
    Redirect 404 /missing
    # Pages of Apache's own.
    ErrorDocument 401 /empty
    ErrorDocument 403 /empty
    ErrorDocument 404 /empty
    ErrorDocument 503 /empty
    ProxyPass /missing !
    ProxyPass /empty !
    # `LimitRequestBody` does not limit what a proxy passes on.
    RewriteCond %{{REQUEST_URI}} ^/large
    RewriteCond %{{HTTP:Content-Length}} -gt4
    RewriteRule ^ - [R=413,L]
    <Location /private>
        AuthType Basic
        AuthName private
        AuthUserFile empty
        Require valid-user
    </Location>
    ProxyPass /down http://127.0.0.1:{closed} retry=0
    <Location /slow>
        ProxyPass http://127.0.0.1:{service}/slow timeout=1
    </Location>
    ProxyPass / http://127.0.0.1:{service}/
</VirtualHost>
"
    )
}

/// The command that checks the configuration or starts the server.
pub fn command(program: &Path, at: &Path, option: &str) -> Command {
    let mut command = Command::new(program);
    command.arg("-d").arg(at).args(["-f", "httpd.conf", option]);
    command
}
