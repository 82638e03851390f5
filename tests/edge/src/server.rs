//! The servers, each with the lines that a user writes around the exported files.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use corsac::export::Target;

/// A server that can be started.
pub struct Server {
    pub kind: Kind,
    program: PathBuf,
    /// Of several lines of a header it reads the first one alone.
    pub reads_first_line: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Caddy,
    Nginx,
}

#[derive(Clone, Copy)]
pub struct Ports {
    pub edge: u16,
    pub service: u16,
    /// Nothing listens here.
    pub closed: u16,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Caddy, Self::Nginx];

    pub fn name(self) -> &'static str {
        match self {
            Self::Caddy => "caddy",
            Self::Nginx => "nginx",
        }
    }

    pub fn target(self) -> Target {
        match self {
            Self::Caddy => Target::caddy(),
            Self::Nginx => Target::nginx(),
        }
    }

    /// The name of the main file, and its text.
    pub fn configuration(self, ports: Ports) -> (&'static str, String) {
        match self {
            Self::Caddy => ("Caddyfile", caddy(ports)),
            Self::Nginx => ("nginx.conf", nginx(ports)),
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
        let reads_first_line = match kind {
            Kind::Caddy => false,
            Kind::Nginx => nginx_minor_version(&program)? < 23,
        };
        Ok(Self { kind, program, reads_first_line })
    }

    /// Lets the server check the files in a directory, and starts it there.
    pub fn start(&self, at: &Path) -> io::Result<Child> {
        let (mut check, mut start) = match self.kind {
            Kind::Caddy => {
                let command = |name: &str| {
                    let mut command = Command::new(&self.program);
                    command.current_dir(at).env("XDG_DATA_HOME", at).env("XDG_CONFIG_HOME", at);
                    command.args([name, "--config", "Caddyfile", "--adapter", "caddyfile"]);
                    command
                };
                (command("validate"), command("run"))
            }
            Kind::Nginx => {
                let command = || {
                    let mut command = Command::new(&self.program);
                    command.arg("-p").arg(at).args(["-c", "nginx.conf", "-e", "error.log"]);
                    command
                };
                let mut check = command();
                check.arg("-t");
                (check, command())
            }
        };
        let checked = check.output()?;
        if !checked.status.success() {
            let reason = String::from_utf8_lossy(&checked.stderr);
            return Err(io::Error::other(format!("{}: {reason}", self.kind.name())));
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

fn nginx(Ports { edge, service, closed }: Ports) -> String {
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
        include corsac.server.conf;
        proxy_http_version 1.1;
        proxy_set_header Connection \"\";
        location / {{ proxy_pass http://service; }}
        location /down {{ proxy_pass http://127.0.0.1:{closed}; }}
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

fn caddy(Ports { edge, service, closed }: Ports) -> String {
    format!(
        "{{
	admin off
	auto_https off
	persist_config off
}}
import corsac.caddy
:{edge} {{
	bind 127.0.0.1
	route {{
		import corsac
		handle {{
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
