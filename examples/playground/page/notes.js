// What is worth knowing beside the verdict: each note has its condition.

const NOTES = [
  [
    ({ report }) => report.had_effect,
    () =>
      "The app did its work all the same: CORS keeps the answer from the page, not the request from the server. The policy `Reject` does that.",
  ],
  [
    ({ report }) =>
      report.exchanges.some((it) => it.kind === "actual" && it.answered_by === "corsac"),
    () =>
      "corsac answered this itself: with `Enforcement::Reject` a refused request never reaches the app.",
  ],
  [
    ({ setup, page }) => setup.request.credentials === "include" && !page.same_site,
    ({ page }) =>
      `To browsers ${page.origin} and the API are of different sites: they keep cookies back by rules of their own (SameSite, third-party cookies), whatever the policy says.`,
  ],
  [
    ({ setup, report }) => setup.page === "null" && report.preflight.state === "accepted",
    () =>
      "Chromium keeps no answer to a preflight for the origin null, so it asks each time; Firefox keeps it.",
  ],
  [
    ({ setup, report }) => setup.page !== "null" && report.preflight.state === "accepted",
    () =>
      "Send it again: the browser need not ask a second time. (Unless its developer tools are open with the cache disabled.)",
  ],
];

/** `result` is what `run()` in run.js gives. */
export function notes(result) {
  return NOTES.filter(([applies]) => applies(result)).map(([, text]) => text(result));
}
