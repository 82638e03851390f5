//! What a probe finds on an edge: on one with exported files nothing, or the losses that are accepted.

use std::{error::Error, io};

use corsac::{
    Policy,
    export::{Export, Loss},
    probe::{Check, Exchange, Probe, Report, Way},
};
use http::{Response, uri::PathAndQuery};

use crate::{
    policies::{Case, Policies},
    upstream,
    wire::{Client, Lines},
};

/// Probes an edge with the files of an export.
pub fn report(port: u16, case: &Case, export: &Export) -> Result<Report, Box<dyn Error>> {
    // A service whose headers are kept must send none.
    let keeps = export.losses().contains(&Loss::ServiceHeaders);
    let service = if keeps { 0 } else { upstream::HOSTILE };
    let mut probe = probe(port, case)?.header(upstream::CASE, &service.to_string())?;
    for (id, entry) in export.checks() {
        let check = Check::from_id(id).ok_or(id)?;
        probe = match entry {
            Some(entry) => probe.accept_entry(check, entry),
            None => probe.accept(check),
        };
    }
    Ok(send(&probe, port)?)
}

/// Probes a server that was configured by hand.
pub fn copied(port: u16, policy: Policy) -> Result<Report, Box<dyn Error>> {
    let probe = Probe::new(&format!("http://127.0.0.1:{port}/"), policy)?;
    // nginx before 1.23 reads the first line of several, and later versions read all of them.
    Ok(send(&probe.accept(Check::SeveralOriginsAllowed), port)?)
}

fn probe(port: u16, case: &Case) -> Result<Probe, Box<dyn Error>> {
    let url = |path: &str| format!("http://127.0.0.1:{port}{path}");
    match &case.policies {
        Policies::One(policy) => Ok(Probe::new(&url("/"), policy.clone())?),
        Policies::ByPath(policies) => {
            let mut list: Vec<_> = policies.iter().collect();
            list.sort_by_key(|(prefix, _)| *prefix);
            let (first, policy) = list.first().ok_or("no policy")?;
            let mut probe = Probe::new(&url(first), (*policy).clone())?;
            for (prefix, policy) in &list[1..] {
                probe = probe.path(prefix, (*policy).clone())?;
            }
            Ok(probe)
        }
    }
}

/// Sends all requests of a probe, and judges the answers.
fn send(probe: &Probe, port: u16) -> io::Result<Report> {
    let exchanges = probe.exchanges();
    let mut client = Client::new(port);
    let mut answers = Vec::new();
    for exchange in &exchanges {
        answers.push(match exchange.way() {
            Way::Http1 => None,
            Way::NewConnection => Some(answer(&mut Client::new(port), exchange, port)?),
            _ => Some(answer(&mut client, exchange, port)?),
        });
    }
    Ok(probe.judge(&exchanges, &answers))
}

fn answer(client: &mut Client, exchange: &Exchange, port: u16) -> io::Result<Response<Vec<u8>>> {
    let request = exchange.request();
    let target = request.uri().path_and_query().map_or("*", PathAndQuery::as_str);
    let mut lines: Lines = vec![("Host".to_owned(), format!("127.0.0.1:{port}").into_bytes())];
    let headers = request.headers().iter();
    lines.extend(headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())));
    let answer = client.send(request.method().as_str(), target, &lines, "")?;
    let mut response = Response::new(Vec::new());
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}
