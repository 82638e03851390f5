//! How a probe sees the losses of an export.

use super::{Export, Loss};

impl Export {
    /// Returns the findings of the module `probe` that the losses of this export explain: each the id of
    /// a check, with the entry of the policy that it concerns, or `None` for all entries.
    #[must_use]
    pub fn checks(&self) -> Vec<(&'static str, Option<&str>)> {
        let mut checks = Vec::new();
        for loss in self.losses() {
            // Some losses concern every entry, in words, which no entry has.
            let entries: Vec<&str> = self.entries(*loss).collect();
            let is_about_all =
                entries.is_empty() || entries.iter().any(|entry| entry.contains(' '));
            for id in loss.checks() {
                if is_about_all {
                    checks.push((*id, None));
                } else {
                    checks.extend(entries.iter().map(|entry| (*id, Some(*entry))));
                }
            }
        }
        checks
    }
}

impl Loss {
    /// Returns the ids of the checks of the module `probe` that find this difference. They are no faults
    /// of a deployment of this export.
    #[must_use]
    pub fn checks(self) -> &'static [&'static str] {
        match self {
            Self::ExposedHeaders => &["exposed-header-missing"],
            Self::NotRejected => &["not-rejected"],
            Self::OmittedOrigins => {
                &["allow-origin-missing", "preflight-unanswered", "wildcard-too-narrow"]
            }
            Self::WiderOrigins => &[
                "apex-allowed",
                "denied-origin-allowed",
                "insecure-origin-allowed",
                "other-port-allowed",
                "subdomain-allowed",
            ],
            Self::OmittedMethods => &["method-missing"],
            Self::OmittedHeaders => &["header-missing"],
            Self::AddedCredentials => &["credentials-unwanted"],
            Self::MaxAge => &["max-age-differs"],
            Self::PreflightForwarded => &["preflight-reaches-app"],
            Self::NoVary => &["preflight-vary-missing", "vary-conditional", "vary-missing"],
            Self::MalformedOrigins => &["malformed-origin-allowed"],
            Self::SeveralLines => &["several-origins-allowed"],
            Self::PreflightForm => {
                &["denied-preflight-headers", "exposed-on-preflight", "preflight-vary-missing"]
            }
            Self::StrayHeaders => &["stray-headers"],
            Self::EchoForAny => &["star-echoed", "star-missing"],
            // A probe does not cause them, or the policy leaves them open. The headers of a service that
            // a gateway keeps are a fault.
            Self::ForwardedHosts
            | Self::RejectStatus
            | Self::ServiceHeaders
            | Self::VaryLines
            | Self::PassedLines
            | Self::EmptyLines
            | Self::SplitRequestHeaders
            | Self::InvalidNames
            | Self::SeparateVary
            | Self::PipedResponses
            | Self::EarlyErrors => &[],
        }
    }
}

#[cfg(all(test, feature = "probe"))]
mod tests {
    use super::Loss;
    use crate::probe::Check;

    #[test]
    fn checks_exist() {
        for loss in Loss::ALL {
            for id in loss.checks() {
                assert!(Check::from_id(id).is_some(), "{}: {id}", loss.id());
            }
        }
    }
}
