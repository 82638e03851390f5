//! The lists that the builder takes.

/// A list of texts: an array, a vector, a set or any other [`IntoIterator`] whose items are
/// [`AsRef<str>`](AsRef), such as `&str`, `String`, `Method`, `HeaderName` and `Origin`.
///
/// You need not implement it: every such type is a list already.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of texts",
    label = "not a list",
    note = "pass a list, even for one entry: `[\"https://app.example.com\"]`",
    note = "all entries of a list have one type: for `[AUTHORIZATION]` and `[\"x-id\"]` call the \
            method twice"
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
