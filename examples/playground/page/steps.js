// The ten classic mistakes: the request, the reason that it fails, and the change that makes it work.
//
// A step has its differences from a plain GET of the listed page, its fix those from the step.

export const steps = ({ listed, otherPort, https }) => [
  {
    id: "trailing-slash",
    title: "A slash at the end",
    lesson:
      "An origin does not end in a slash, and the browser compares byte for byte, so this entry would never match. corsac refuses to build such a policy. To show the effect, a replacement sends the text unchecked.",
    policy: { origins: [`${listed}/`] },
    fix: {
      says: "Write the origin as browsers send it: the scheme, the host, and the port if it is not the default one.",
      policy: { origins: [listed] },
    },
  },
  {
    id: "star-with-cookies",
    title: "`*` with cookies",
    lesson:
      "The policy allows every origin, and the page sends cookies. For such a request, browsers do not accept `*`: any website could act as your user.",
    policy: { any_origin: true },
    request: { credentials: "include" },
    fix: {
      says: "List the origins that you trust, and allow credentials. If you send the request twice, the API counts two visits by its cookie.",
      policy: { origins: [listed], credentials: true },
    },
  },
  {
    id: "missing-header",
    title: "An unlisted header",
    lesson:
      "No HTML form could send this header, so the browser sends a preflight first. The policy does not list `x-client-version`, so the browser does not send the request itself.",
    policy: { origins: [listed] },
    request: { headers: [["x-client-version", "7"]] },
    fix: {
      says: "List each request header that your pages set. The browser remembers the answer for this URL, for up to two hours.",
      policy: { origins: [listed], headers: ["x-client-version"] },
    },
  },
  {
    id: "not-exposed",
    title: "A header that reads as null",
    lesson:
      "The request succeeds, and the network tab shows `x-request-id`. But `response.headers.get(\"x-request-id\")` is null: a page can read seven standard response headers; any other must be exposed.",
    policy: { origins: [listed] },
    request: { path: "traced" },
    fix: {
      says: "Expose the response headers that your pages read.",
      policy: { origins: [listed], exposed: ["x-request-id"] },
    },
  },
  {
    id: "http-for-https",
    title: "http for https",
    lesson:
      "The list has `https`, and this page was loaded over `http`. The scheme is part of the origin, so these are two different origins.",
    policy: { origins: [https] },
    fix: {
      says: "List the scheme that the page is loaded with. In production, redirect the page to https instead.",
      policy: { origins: [listed] },
    },
  },
  {
    id: "wrong-port",
    title: "Another port",
    lesson:
      "The development server took the next free port. The port is part of the origin, and the list has another one.",
    page: "other-port",
    policy: { origins: [listed] },
    fix: {
      says: "List both. For development, `http://localhost:*` matches every port.",
      policy: { origins: [listed, otherPort] },
    },
  },
  {
    id: "layer-order",
    title: "An error without headers",
    lesson:
      "Authentication is outside of the CORS layer, and answers 401 itself. The page cannot read that a token is missing: it gets a CORS error, although the policy allows its origin.",
    policy: { origins: [listed] },
    order: "innermost",
    request: { path: "private" },
    fix: {
      says: "Make the CORS layer the outermost one; in axum, call its `.layer` last. The page can then read the 401.",
      order: "outermost",
    },
  },
  {
    id: "plain-options",
    title: "A plain OPTIONS",
    lesson:
      "An API can answer `OPTIONS` itself. A page that sends `OPTIONS` needs permission, as for `PUT`: the browser sends a preflight first, which is another `OPTIONS` request, and the policy refuses it.",
    policy: { origins: [listed] },
    request: { method: "OPTIONS" },
    fix: {
      says: "Allow the method. corsac answers the preflight, and the plain `OPTIONS` request reaches the app. A layer that answers every `OPTIONS` would not pass it on.",
      policy: { origins: [listed], methods: ["OPTIONS"] },
    },
  },
  {
    id: "redirected-preflight",
    title: "A redirected preflight",
    lesson:
      "A layer outside of the CORS layer redirects: to https, or to a path without a slash. It redirects the preflight too, and browsers do not follow a redirected preflight.",
    policy: { origins: [listed], methods: ["PUT"] },
    order: "innermost",
    request: { method: "PUT", path: "moved" },
    fix: {
      says: "With the CORS layer outermost, corsac answers the preflight, and the redirect has the headers that let the browser follow it. Better still, call the final URL.",
      order: "outermost",
    },
  },
  {
    id: "null-origin",
    title: "The origin null",
    lesson:
      "A sandboxed frame sends the origin `null`, as files and some redirects do. Every page can make such a frame, so a policy that allows `null` allows every website.",
    page: "null",
    policy: { origins: [listed] },
    fix: {
      says: "Serve the page from an origin of its own, and list that origin. `dangerous_allow_null_origin` is not a solution.",
      page: "listed",
    },
  },
];
