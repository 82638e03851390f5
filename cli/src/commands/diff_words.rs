//! The sentences of `corsac diff`.

use corsac::Excess;

/// Describes what pages may do now.
pub fn gain(excess: &Excess) -> String {
    match excess {
        Excess::Origin { value, example: Some(example), .. } => {
            format!("pages of {value:?}, such as {example:?}, may read responses")
        }
        Excess::Origin { value, .. } | Excess::OpaqueOrigin { value, .. } => {
            format!("pages of {value:?} may read responses")
        }
        Excess::AnyOrigin => "pages of any origin may read responses".to_owned(),
        Excess::OriginCode { regex: Some(regex), .. } => {
            format!("pages whose origin matches the regex {regex:?} may read responses")
        }
        Excess::NullOrigin => "pages of the origin \"null\" may read responses".to_owned(),
        Excess::Method { value, .. } => format!("pages may send {value:?} requests"),
        Excess::AnyMethod => "pages may send requests with any method".to_owned(),
        Excess::Header { value, .. } => format!("pages may send the request header {value:?}"),
        Excess::AnyHeader => "pages may send any request header".to_owned(),
        Excess::ExposedHeader { value, .. } => {
            format!("pages may read the response header {value:?}")
        }
        Excess::AnyExposedHeader => "pages may read any response header".to_owned(),
        Excess::Credentials => "pages may send cookies and other credentials".to_owned(),
        Excess::MaxAge { value, ceiling, .. } => format!(
            "browsers keep the answers to preflights for {} s instead of {} s",
            value.as_secs(),
            ceiling.as_secs()
        ),
        Excess::Enforcement => "requests of refused origins reach the service".to_owned(),
        Excess::TrustedSender { value, .. } => {
            format!("requests from {value:?} are not rejected (`trusted_senders`)")
        }
        Excess::OwnOrigin { value, .. } => {
            format!("requests from {value:?} are not rejected (`own_origins`)")
        }
        Excess::OwnHost => {
            "requests from pages of the request's own host are not rejected".to_owned()
        }
        Excess::ForwardedHeaders => {
            "requests from pages of the host in `X-Forwarded-Host` are not rejected".to_owned()
        }
        other => other.to_string(),
    }
}

/// Describes what pages may no longer do.
pub fn loss(excess: &Excess) -> String {
    match excess {
        Excess::MaxAge { value, ceiling, .. } => format!(
            "browsers keep the answers to preflights for {} s instead of {} s",
            ceiling.as_secs(),
            value.as_secs()
        ),
        Excess::Enforcement => "requests of refused origins are rejected".to_owned(),
        Excess::TrustedSender { .. }
        | Excess::OwnOrigin { .. }
        | Excess::OwnHost
        | Excess::ForwardedHeaders => gain(excess).replacen("are not rejected", "are rejected", 1),
        other => gain(other).replacen(" may ", " may no longer ", 1),
    }
}
