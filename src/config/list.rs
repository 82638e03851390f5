//! The lists that the builder takes.

/// A list of texts: an array, a vector, a set or any other [`IntoIterator`] whose items are
/// [`AsRef<str>`](AsRef), such as `&str`, `String`, `Method`, `HeaderName` and `Origin`.
///
/// You need not implement it: every such type is a list already. One text is not a list:
///
/// ```compile_fail,E0277
/// corsac::CorsLayer::builder().allow_origins("https://app.example.com");
/// ```
///
/// Write a list with one entry, `["https://app.example.com"]`. All entries of a list have one type, so
/// call the setter once for `[AUTHORIZATION]` and once for `["x-id"]`.
#[diagnostic::on_unimplemented(
    message = "expected a list of texts, such as `[\"x-id\"]` or `[Method::PUT]`, found `{Self}`",
    label = "not a list of texts",
    note = "a list has brackets, even for one entry: `[\"https://app.example.com\"]`",
    note = "its entries have one type, such as `&str`, `String`, `Method`, `HeaderName` or `Origin`: for \
            `[AUTHORIZATION]` and `[\"x-id\"]` call the method twice"
)]
pub trait StringList {
    /// Returns the entries.
    fn into_strings(self) -> impl Iterator<Item = String>;
}

#[diagnostic::do_not_recommend]
impl<L> StringList for L
where
    L: IntoIterator,
    L::Item: AsRef<str>,
{
    fn into_strings(self) -> impl Iterator<Item = String> {
        self.into_iter().map(|text| text.as_ref().to_owned())
    }
}
