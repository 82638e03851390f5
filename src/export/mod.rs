//! Writes a policy as the configuration of a proxy, so that the edge answers as the service would.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method of a plan is no function of all plans, because their lifetimes differ"
)]

use std::fmt::{self, Write as _};

use crate::policy::Policy;

mod apache;
mod apache_headers;
mod apache_reject;
mod caddy;
mod checks;
mod envoy;
mod envoy_filter;
mod envoy_reject;
mod envoy_routes;
mod error;
mod escape;
mod gateways;
mod haproxy;
mod haproxy_reject;
mod hash;
mod loss;
mod losses;
mod nginx;
mod nginx_headers;
mod nginx_origins;
mod nginx_paths;
mod nginx_reject;
mod origins;
#[cfg(test)]
mod page_tests;
mod plan;
#[cfg(test)]
mod shape_tests;
mod site;
#[cfg(all(test, feature = "regex", feature = "serde"))]
mod site_tests;
mod target;
#[cfg(test)]
mod tests;
mod varnish;
mod varnish_reject;

pub use error::ExportError;
pub use loss::Loss;
pub use target::Target;

use losses::Losses;
use site::Site;

/// The version of the generated text. It grows if the text changes for the same policy.
const FORMAT: u32 = 1;

/// The configuration that [`Policy::export`] wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    files: Vec<File>,
    losses: Losses,
}

/// A file of an [`Export`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    name: String,
    purpose: String,
    text: String,
}

impl Policy {
    /// Writes this policy as the configuration of a proxy.
    ///
    /// For each request the proxy then sends the status, the CORS headers and the `Vary` that
    /// [`evaluate`](Policy::evaluate) decides on, on its own error pages too. It removes the CORS headers
    /// of the service behind it, so a service with the same policy does no harm.
    ///
    /// Gateways have settings for CORS that can say less, such as those of AWS. Each difference is a [`Loss`].
    ///
    /// The same policy always gives the same text.
    ///
    /// # Errors
    ///
    /// Fails if the policy has regexes or predicates, which are code that no proxy runs. Fails too if the
    /// proxy cannot follow a rule of the policy, unless you [`accept`](Target::accept) that [`Loss`].
    pub fn export(&self, target: &Target) -> Result<Export, ExportError> {
        target.export(&Site::of_policy(self, target.prefix()))
    }
}

#[cfg(feature = "serde")]
impl crate::PathPolicies {
    /// Writes these policies as the configuration of a proxy, as [`Policy::export`] does.
    ///
    /// For each request the proxy then does as a [`CorsLayer::per_path`](crate::CorsLayer::per_path)
    /// does. It looks at the path as the client sent it, and refuses paths that servers read in more than
    /// one way. On paths without a policy, the CORS headers of the service pass unchanged.
    ///
    /// ```
    /// use corsac::{PathConfigs, export::Target};
    ///
    /// let paths: PathConfigs = toml::from_str(r#"
    ///     ["/api"]
    ///     allow_origins = ["https://app.example.com"]
    ///     ["/public"]
    ///     allow_origins = "*"
    /// "#)?;
    /// let export = paths.build()?.export(&Target::nginx())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Policy::export`].
    pub fn export(&self, target: &Target) -> Result<Export, ExportError> {
        target.export(&Site::of_paths(self, target.prefix()))
    }
}

impl Export {
    /// Returns the files to write.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Returns the differences between the proxy and the policy: those that you accepted, and those that
    /// no browser can show.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        self.losses.list()
    }

    /// Returns the entries of the policy that a loss concerns, such as the origins that are left out. There
    /// are none if it concerns the whole policy.
    pub fn entries(&self, loss: Loss) -> impl Iterator<Item = &str> {
        self.losses.entries(loss)
    }
}

impl File {
    /// Returns the name that the other files use.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the place in the configuration that the file is for, with the line to write there.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Writes the first line of a file, and what the reader has to know, in a language whose comments start
/// with `#`.
struct Text {
    text: String,
    /// The number of blocks that are open. Their lines start with so many tabs.
    depth: usize,
}

impl Text {
    fn new(site: &Site<'_>) -> Self {
        let mut text = Self { text: String::new(), depth: 0 };
        text.comment(&generated(site));
        text
    }

    fn comment(&mut self, comment: &str) {
        for line in comment.lines() {
            self.line(format_args!("{}", format!("# {line}").trim_end()));
        }
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        self.text.extend(std::iter::repeat_n('\t', self.depth));
        // Writing to a `String` never fails.
        let _ = writeln!(self.text, "{line}");
    }

    fn rule(&mut self, rule: &str) {
        self.line(format_args!("{rule}"));
    }

    /// Starts a block.
    fn open(&mut self, start: &str) {
        self.line(format_args!("{start} {{"));
        self.depth += 1;
    }

    /// Ends a block.
    fn close(&mut self) {
        self.depth -= 1;
        self.rule("}");
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Says which paths the policies are for, if there are several.
    fn list_plans(&mut self, site: &Site<'_>) {
        let Some(paths) = &site.paths else { return };
        self.comment(
            "The longest prefix that matches the path chooses the policy:\n\
             0 for paths that servers read in different ways, such as /a/../b, //b, /%62 and /B",
        );
        for (index, prefix) in paths.prefixes.iter().enumerate() {
            self.comment(&format!("{} for {prefix}", index + 1));
        }
    }

    /// Says that the text that follows belongs to one of several policies.
    fn comment_plan(&mut self, site: &Site<'_>, index: usize) {
        if site.paths.is_some() {
            self.comment(&format!("Policy {index}"));
        }
    }
}

/// Returns the line that identifies generated text.
fn generated(site: &Site<'_>) -> String {
    format!("Code generated by corsac {FORMAT} from {:016x}. DO NOT EDIT.", site.hash)
}
