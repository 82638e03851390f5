//! How a probe sees the losses of an export.

use super::Loss;

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
