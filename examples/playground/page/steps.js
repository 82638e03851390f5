// The ten classic mistakes: what is sent, why it fails, and the change that makes it work.
//
// A step says what differs from a plain GET of the listed page, its fix what differs from the step.

export const steps = ({ listed, otherPort, https }) => [
  {
    id: "trailing-slash",
    title: "A slash at the end",
    lesson:
      "Addresses end in a slash, origins do not, and the browser compares them byte for byte: this entry would never match. corsac refuses to build such a policy. To show the browser's view, a stand-in sends the text unchecked.",
    policy: { origins: [`${listed}/`] },
    fix: {
      says: "Write the origin as browsers send it: scheme, host, perhaps a port, and nothing behind.",
      policy: { origins: [listed] },
    },
  },
  {
    id: "star-with-cookies",
    title: "`*` with cookies",
    lesson:
      "The policy allows every origin, and the page wants to send its cookies. Browsers do not accept `*` then: any page in the world could act as your user.",
    policy: { any_origin: true },
    request: { credentials: "include" },
    fix: {
      says: "Name the origins that you trust, and allow credentials for them. Sent twice, the API counts two visits by its cookie.",
      policy: { origins: [listed], credentials: true },
    },
  },
  {
    id: "missing-header",
    title: "An unlisted header",
    lesson:
      "With a header that no plain form could send, the browser asks first. The policy does not list `x-client-version`, so the request itself is never sent.",
    policy: { origins: [listed] },
    request: { headers: [["x-client-version", "7"]] },
    fix: {
      says: "List each request header that your pages set. One answer then serves every later request to this URL.",
      policy: { origins: [listed], headers: ["x-client-version"] },
    },
  },
  {
    id: "not-exposed",
    title: "A header that reads as null",
    lesson:
      "The request succeeds, and the network tab shows `x-request-id`. But `response.headers.get(\"x-request-id\")` is null: beyond seven harmless ones, a page reads only what is exposed.",
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
      "The list says `https`, and this page was loaded over `http`. The scheme is part of the origin, so to the browser these are two strangers.",
    policy: { origins: [https] },
    fix: {
      says: "List the scheme that the page is really loaded with. In production, redirect the page to https instead.",
      policy: { origins: [listed] },
    },
  },
  {
    id: "wrong-port",
    title: "Another port",
    lesson:
      "The development server took the next free port. The port is part of the origin as well, and the list names another one.",
    page: "other-port",
    policy: { origins: [listed] },
    fix: {
      says: "List both. For development, `http://localhost:*` stands for every port.",
      policy: { origins: [listed, otherPort] },
    },
  },
  {
    id: "layer-order",
    title: "An error without headers",
    lesson:
      "Authentication stands outside of the CORS layer, and answers 401 on its own. The page does not learn that a token is missing: all it gets is a CORS error, though the policy allows it.",
    policy: { origins: [listed] },
    order: "innermost",
    request: { path: "private" },
    fix: {
      says: "The CORS layer goes outermost; in axum that is the `.layer` added last. The page reads the 401, and can act on it.",
      order: "outermost",
    },
  },
  {
    id: "plain-options",
    title: "A plain OPTIONS",
    lesson:
      "An API may answer `OPTIONS` itself. A page that sends it needs leave, as for `PUT`: the browser asks about `OPTIONS` by a preflight, which is another `OPTIONS`, and is told no.",
    policy: { origins: [listed] },
    request: { method: "OPTIONS" },
    fix: {
      says: "Allow the method. corsac answers the preflight, and the plain OPTIONS behind it reaches the app. A layer that answers every OPTIONS would swallow it.",
      policy: { origins: [listed], methods: ["OPTIONS"] },
    },
  },
  {
    id: "redirected-preflight",
    title: "A redirected preflight",
    lesson:
      "Something in front of the CORS layer redirects: to https, or to a path without a slash. It redirects the preflight too, and browsers never follow that.",
    policy: { origins: [listed], methods: ["PUT"] },
    order: "innermost",
    request: { method: "PUT", path: "moved" },
    fix: {
      says: "With the CORS layer outermost the preflight is answered at once, and the redirect carries the headers that let the browser follow it. To call the final address saves the detour.",
      order: "outermost",
    },
  },
  {
    id: "null-origin",
    title: "The origin null",
    lesson:
      "A sandboxed frame has no origin of its own: it sends `null`, as files and some redirects do. Every page can make such a frame, so to allow null is to allow everybody.",
    page: "null",
    policy: { origins: [listed] },
    fix: {
      says: "Serve the page from an origin of its own, and list that. The setter for null is called `dangerous_allow_null_origin` for a reason.",
      page: "listed",
    },
  },
];
