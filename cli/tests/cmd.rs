//! Runs the commands of each file in `tests/cmd`, and compares what they print. `TRYCMD=overwrite`
//! writes what they print now.

#[test]
fn commands() {
    let cases = trycmd::TestCases::new();
    // The terminal that runs the tests, and the summary of the job that does, are left alone.
    cases.env("NO_COLOR", "1").env("GITHUB_STEP_SUMMARY", "");
    cases.case("tests/cmd/*.md");
}
