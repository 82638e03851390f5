//! The servers, each with the lines that a user writes around the exported files.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use corsac::export::{Export, File, Target};

use crate::{apache, envoy, istio, traefik, varnish};

/// A server that can be started.
pub struct Server {
    pub kind: Kind,
    program: PathBuf,
    /// It passes the first line of several alone.
    pub passes_first: bool,
    /// The headers whose lines it reads otherwise if there are several.
    pub repeated: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Apache,
    Caddy,
    Envoy,
    Haproxy,
    /// Envoy, as Istio configures it.
    Istio,
    Nginx,
    Traefik,
    Varnish,
}

#[derive(Clone, Copy)]
pub struct Ports {
    pub edge: u16,
    /// For HTTP/2, if the server does not recognize it.
    pub http2: u16,
    pub service: u16,
    /// Nothing listens here.
    pub closed: u16,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Apache,
        Self::Caddy,
        Self::Envoy,
        Self::Haproxy,
        Self::Istio,
        Self::Nginx,
        Self::Traefik,
        Self::Varnish,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Apache => "apache",
            Self::Caddy => "caddy",
            Self::Envoy => "envoy",
            Self::Haproxy => "haproxy",
            Self::Istio => "istio",
            Self::Nginx => "nginx",
            Self::Traefik => "traefik",
            Self::Varnish => "varnish",
        }
    }

    pub fn target(self) -> Target {
        match self {
            Self::Apache => Target::apache(),
            Self::Caddy => Target::caddy(),
            Self::Envoy => Target::envoy(),
            Self::Haproxy => Target::haproxy(),
            Self::Istio => Target::istio(),
            Self::Nginx => Target::nginx(),
            Self::Traefik => Target::traefik(),
            Self::Varnish => Target::varnish(),
        }
    }

    /// The status of the server's own answer, instead of the usual one.
    pub fn status(self, usual: u16) -> u16 {
        match (self, usual) {
            // The service cannot be reached.
            (Self::Apache | Self::Envoy | Self::Haproxy | Self::Istio | Self::Varnish, 502)
            // It is too slow.
            | (Self::Varnish, 504) => 503,
            (Self::Apache, 504) => 502,
            _ => usual,
        }
    }

    /// The port for HTTP/2.
    pub fn http2(self, ports: Ports) -> u16 {
        match self {
            Self::Haproxy | Self::Nginx => ports.http2,
            Self::Apache
            | Self::Caddy
            | Self::Envoy
            | Self::Istio
            | Self::Traefik
            | Self::Varnish => ports.edge,
        }
    }

    /// The name of the main file, and its text.
    pub fn configuration(self, ports: Ports, export: &Export) -> (&'static str, String) {
        match self {
            Self::Apache => ("httpd.conf", apache::configuration(ports)),
            Self::Caddy => ("Caddyfile", caddy(ports)),
            Self::Envoy => ("envoy.yaml", envoy::configuration(ports, export)),
            Self::Istio => ("envoy.yaml", istio::configuration(ports, export)),
            Self::Haproxy => {
                let exported = export.files().first().map_or("", File::text);
                ("haproxy.cfg", haproxy(ports, exported))
            }
            Self::Nginx => ("nginx.conf", nginx(ports)),
            Self::Traefik => ("routers.yaml", traefik::configuration(ports)),
            Self::Varnish => ("default.vcl", varnish::configuration(ports)),
        }
    }
}

impl Server {
    /// Reads `NAME=PROGRAM`.
    pub fn parse(argument: &str) -> io::Result<Self> {
        let (name, program) = argument.split_once('=').unwrap_or_default();
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| io::Error::other(format!("{argument:?}: NAME=PROGRAM")))?;
        let program = PathBuf::from(program);
        let is_old_nginx = kind == Kind::Nginx && nginx_minor_version(&program)? < 23;
        let repeated: &[&str] = match kind {
            Kind::Nginx if is_old_nginx => {
                &["origin", "access-control-request-method", "access-control-request-headers"]
            }
            Kind::Apache | Kind::Caddy | Kind::Envoy | Kind::Nginx => {
                &["access-control-request-method"]
            }
            Kind::Haproxy => &["access-control-request-headers"],
            Kind::Istio | Kind::Traefik => &["origin", "access-control-request-method"],
            Kind::Varnish => &[],
        };
        Ok(Self { kind, program, passes_first: is_old_nginx, repeated })
    }

    /// Lets the server check the files in a directory, and starts it there.
    pub fn start(&self, at: &Path, port: u16) -> io::Result<Child> {
        let (check, mut start) = match self.kind {
            Kind::Apache => {
                let command = |option| apache::command(&self.program, at, option);
                (Some(command("-t")), command("-DFOREGROUND"))
            }
            Kind::Caddy => {
                let command = |name: &str| {
                    let mut command = Command::new(&self.program);
                    command.current_dir(at).env("XDG_DATA_HOME", at).env("XDG_CONFIG_HOME", at);
                    command.args([name, "--config", "Caddyfile", "--adapter", "caddyfile"]);
                    command
                };
                (Some(command("validate")), command("run"))
            }
            Kind::Envoy | Kind::Istio => {
                let command = |mode| envoy::command(&self.program, at, mode);
                (Some(command("validate")), command("serve"))
            }
            Kind::Haproxy => {
                let command = |option: &str| {
                    let mut command = Command::new(&self.program);
                    command.current_dir(at).args([option, "-f", "haproxy.cfg"]);
                    command
                };
                (Some(command("-c")), command("-db"))
            }
            Kind::Nginx => {
                let command = || {
                    let mut command = Command::new(&self.program);
                    command.arg("-p").arg(at).args(["-c", "nginx.conf", "-e", "error.log"]);
                    command
                };
                let mut check = command();
                check.arg("-t");
                (Some(check), command())
            }
            Kind::Traefik => (None, traefik::command(&self.program, at, port)?),
            Kind::Varnish => (None, varnish::command(&self.program, at, port)),
        };
        if let Some(mut check) = check {
            let checked = check.output()?;
            if !checked.status.success() {
                let reason = String::from_utf8_lossy(&checked.stderr);
                return Err(io::Error::other(format!("{}: {reason}", self.kind.name())));
            }
        }
        let log = fs::File::create(at.join("log"))?;
        start.stdout(Stdio::null()).stderr(log).spawn()
    }
}

fn nginx_minor_version(program: &Path) -> io::Result<u32> {
    let output = Command::new(program).arg("-v").output()?;
    let version = String::from_utf8_lossy(&output.stderr);
    let numbers = version.split('/').nth(1).unwrap_or_default();
    let minor = numbers.split('.').nth(1).and_then(|minor| minor.parse().ok());
    minor.ok_or_else(|| io::Error::other(format!("no version: {version}")))
}

fn nginx(Ports { edge, http2, service, closed }: Ports) -> String {
    format!(
        "daemon off;
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 100000;
    include corsac.http.conf;
    upstream service {{
        server 127.0.0.1:{service};
        keepalive 8;
    }}
    server {{
        listen 127.0.0.1:{edge};
        listen 127.0.0.1:{http2} http2;
        include corsac.server.conf;
        proxy_http_version 1.1;
        proxy_set_header Connection \"\";
        location / {{ proxy_pass http://service; }}
        location /down {{ proxy_pass http://127.0.0.1:{closed}; }}
        location /large {{
            client_max_body_size 4;
            proxy_pass http://service;
        }}
        location /missing {{ return 404; }}
        location /private {{
            auth_basic private;
            auth_basic_user_file empty;
            proxy_pass http://service;
        }}
        location /slow {{
            proxy_read_timeout 100ms;
            proxy_pass http://service;
        }}
    }}
}}
"
    )
}

fn caddy(Ports { edge, service, closed, .. }: Ports) -> String {
    format!(
        "{{
	admin off
	auto_https off
	persist_config off
	servers {{
		protocols h1 h2c
	}}
}}
import corsac.caddy
:{edge} {{
	bind 127.0.0.1
	route {{
		import corsac
		handle {{
			request_body /large {{
				max_size 4
			}}
			error /missing 404
			error /private 401
			reverse_proxy /down 127.0.0.1:{closed} {{
				import corsac_strip
			}}
			reverse_proxy /slow 127.0.0.1:{service} {{
				import corsac_strip
				transport http {{
					response_header_timeout 100ms
				}}
			}}
			reverse_proxy 127.0.0.1:{service} {{
				import corsac_strip
			}}
		}}
	}}
}}
"
    )
}

/// The exported lines are part of the file.
fn haproxy(Ports { edge, http2, service, closed }: Ports, exported: &str) -> String {
    format!(
        "defaults
    mode http
    retries 0
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend edge
    bind 127.0.0.1:{edge}
    bind 127.0.0.1:{http2} proto h2
{exported}
    http-request return status 404 if {{ path /missing }}
    http-request deny deny_status 413 if {{ path /large }} {{ req.hdr_val(content-length) gt 4 }}
    http-request deny deny_status 401 if {{ path /private }}
    use_backend down if {{ path /down }}
    use_backend slow if {{ path /slow }}
    default_backend service
backend service
    server one 127.0.0.1:{service}
backend slow
    timeout server 100ms
    server one 127.0.0.1:{service}
backend down
    server one 127.0.0.1:{closed}
"
    )
}
