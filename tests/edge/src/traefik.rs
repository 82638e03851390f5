//! Traefik: a dynamic configuration around the exported file.

use std::{fs, io, path::Path, process::Command};

use crate::server::Ports;

/// The routers and services of a user. The middlewares that stop a request come after that of corsac.
pub fn configuration(Ports { service, closed, .. }: Ports) -> String {
    format!(
        "http:
  routers:
    all:
      rule: PathPrefix(`/`)
      priority: 1
      service: service
      middlewares: [corsac@file]
    down:
      rule: Path(`/down`)
      service: down
      middlewares: [corsac@file]
    slow:
      rule: Path(`/slow`)
      service: slow
      middlewares: [corsac@file]
    large:
      rule: Path(`/large`)
      service: service
      middlewares: [corsac@file, large]
    missing:
      rule: Path(`/missing`)
      service: service
      middlewares: [corsac@file, missing]
    private:
      rule: Path(`/private`)
      service: service
      middlewares: [corsac@file, private]
  middlewares:
    large:
      buffering:
        maxRequestBodyBytes: 4
    missing:
      ipAllowList:
        sourceRange: [192.0.2.1/32]
        rejectStatusCode: 404
    private:
      ipAllowList:
        sourceRange: [192.0.2.1/32]
        rejectStatusCode: 401
  services:
    service:
      loadBalancer:
        servers: [{{url: \"http://127.0.0.1:{service}\"}}]
    down:
      loadBalancer:
        servers: [{{url: \"http://127.0.0.1:{closed}\"}}]
    slow:
      loadBalancer:
        servers: [{{url: \"http://127.0.0.1:{service}\"}}]
        serversTransport: slow
  serversTransports:
    slow:
      forwardingTimeouts:
        responseHeaderTimeout: 100ms
"
    )
}

/// Returns the command. The file provider reads each file of a directory, so that has no other ones.
pub fn command(program: &Path, at: &Path, port: u16) -> io::Result<Command> {
    let dynamic = at.join("dynamic");
    fs::create_dir_all(&dynamic)?;
    for name in ["corsac.traefik.yaml", "routers.yaml"] {
        fs::copy(at.join(name), dynamic.join(name))?;
    }
    let mut command = Command::new(program);
    command.current_dir(at).args([
        format!("--entryPoints.web.address=127.0.0.1:{port}"),
        "--providers.file.directory=dynamic".to_owned(),
        "--global.checkNewVersion=false".to_owned(),
    ]);
    Ok(command)
}
