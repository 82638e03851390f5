//! One request of a page, without a policy.

use corsac::probe::{Blocked, PageRequest, Readable};
use http::Response;

use super::{Probe, block_on};
use crate::{
    failure::{Failure, Verdict},
    finding::{Finding, Severity},
    net::{NetError, Sender},
    report::Report,
};

/// What a browser does with the request.
enum Conclusion {
    Blocked(Box<Blocked>),
    Read(Response<Vec<u8>>, Readable),
    /// The preflight allows a request that is not sent.
    Permitted,
}

impl Probe {
    pub(super) fn ask(self, url: &str, quiet: bool) -> Result<Verdict, Failure> {
        self.deployment.refuse_without_policy()?;
        let [origin] = &self.origin[..] else {
            return Err(Failure::input(
                "one request has one `--origin`; write a policy file before the URL to \
                                       ask for several",
            ));
        };
        let page = self.page(url, origin)?;
        let mut report =
            Report { command: "probe", cases: vec![page.to_string()], ..Report::default() };
        if page.is_same_origin() {
            report.summary = format!(
                "{origin} is the origin of {url} itself: the browser gives the page the response without CORS"
            );
            return report.finish(&self.report);
        }
        for note in page.notes() {
            let severity = if note.blocks() { Severity::Error } else { Severity::Warning };
            report.findings.push(Finding::new(note.id(), severity, note.to_string()));
        }
        let method = page.request().method().clone();
        let is_sent = self.send || method.is_safe();
        if !is_sent && page.preflight().is_none() {
            return Err(Failure::no_verdict(format_args!(
                "a browser sends this {method} without a preflight, so its response alone tells; add `--send` \
                 to send it"
            )));
        }
        let client = self.client(url)?;
        let mut sender = Sender::new(client, false);
        let conclusion =
            block_on(conclude(&page, &mut sender, is_sent))?.map_err(Failure::no_verdict)?;
        report.summary = match &conclusion {
            Conclusion::Blocked(blocked) => {
                report.findings.push(finding(&page, blocked));
                format!("{page}: blocked")
            }
            Conclusion::Read(response, readable) => sentences(&page, response, readable),
            Conclusion::Permitted => format!(
                "{page}: the preflight allows it. The request itself was not sent, because it may change \
                 something; add `--send` to send it"
            ),
        };
        if !quiet && self.network.trust.insecure {
            anstream::eprintln!("note: the certificate was not checked");
        }
        report.finish(&self.report)
    }

    fn page(&self, url: &str, origin: &str) -> Result<PageRequest, Failure> {
        let mut page = PageRequest::new(url, origin).map_err(Failure::input)?;
        if let Some(method) = &self.method {
            page = page.method(method).map_err(Failure::input)?;
        }
        for (name, value) in self.headers() {
            page = page.header(name, value).map_err(Failure::input)?;
        }
        Ok(page.credentials(self.credentials).curl_options(&self.curl_options(url)))
    }
}

fn finding(page: &PageRequest, blocked: &Blocked) -> Finding {
    let mut finding = Finding::new(blocked.reason().id(), Severity::Error, blocked.to_string())
        .with_note("console", blocked.console())
        .with_note("request", blocked.curl())
        .with_help(Some(blocked.remedy()));
    finding.case = Some(page.to_string());
    finding
}

async fn conclude(
    page: &PageRequest,
    sender: &mut Sender,
    is_sent: bool,
) -> Result<Conclusion, NetError> {
    if let Some(preflight) = page.preflight() {
        let answer = sender.send(&preflight).await?;
        if let Err(blocked) = page.check_preflight(&answer) {
            return Ok(Conclusion::Blocked(Box::new(blocked)));
        }
        if !is_sent {
            return Ok(Conclusion::Permitted);
        }
    }
    let answer = sender.send(&page.request()).await?;
    Ok(match page.check_response(&answer) {
        Ok(readable) => Conclusion::Read(answer, readable),
        Err(blocked) => Conclusion::Blocked(Box::new(blocked)),
    })
}

fn sentences(page: &PageRequest, response: &Response<Vec<u8>>, readable: &Readable) -> String {
    let status = response.status();
    let own = readable.names().iter().filter(|name| !name.starts_with("access-control-"));
    let own: Vec<&str> = own.map(String::as_str).collect();
    let headers = match own.as_slice() {
        [] => String::new(),
        names => format!(", and these headers: {}", names.join(", ")),
    };
    let hidden = match readable.hidden() {
        [] => String::new(),
        names => format!(
            "\nhidden from the page: {} (name them in `Access-Control-Expose-Headers` if it needs them)",
            names.join(", ")
        ),
    };
    let redirect = if status.is_redirection() {
        "\nthe response is a redirect, which the browser follows; ask for its target too"
    } else {
        ""
    };
    let status = status.as_u16();
    format!("{page}: the browser gives the page the response, {status}{headers}{hidden}{redirect}")
}
