// Notes beside the verdict, each with its condition.

const NOTES = [
  [
    ({ report }) => report.had_effect,
    () =>
      "The app processed the request: CORS keeps the response from the page, not the request from the server. The policy `Reject` does that.",
  ],
  [
    ({ report }) =>
      report.exchanges.some((it) => it.kind === "actual" && it.answered_by === "corsac"),
    () =>
      "corsac answered this itself: with `Enforcement::Reject`, a refused request does not reach the app.",
  ],
  [
    ({ setup, page, outcome, report }) =>
      setup.request.credentials === "include" && page.same_site && outcome.error === undefined
      && !report.exchanges.some(sendsCookie),
    () =>
      "There was no cookie to send yet. The response sets one: send the request again, and the API counts two visits.",
  ],
  [
    ({ setup, page }) => setup.request.credentials === "include" && !page.same_site,
    ({ page }) =>
      `To browsers, ${page.origin} and the API are different sites. Browsers have further rules for cookies between sites (SameSite, third-party cookies), and no policy changes these.`,
  ],
  [
    ({ setup, report }) => setup.page === "null" && report.preflight.state === "accepted",
    () =>
      "For the origin null, Chromium does not remember answers to preflights, so it sends one each time. Firefox remembers them.",
  ],
  [
    ({ setup, report }) => setup.page !== "null" && report.preflight.state === "accepted",
    () =>
      "Send it again: the browser remembers the answer to the preflight, unless the cache is disabled in its developer tools.",
  ],
];

function sendsCookie({ request_headers: headers }) {
  return headers.some(([name]) => name === "cookie");
}

/** `result` is what `run()` in run.js gives. */
export function notes(result) {
  return NOTES.filter(([applies]) => applies(result)).map(([, text]) => text(result));
}
