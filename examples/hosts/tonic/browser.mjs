// A `fetch` that enforces CORS as a browser does for a page of `origin`, as far as gRPC-web needs it.
// Node's own `fetch` does not enforce CORS.

const SAFELISTED = ["accept", "accept-language", "content-language"];
const READABLE = ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"];

export const browserOf = (origin) => async (url, init) => {
  const headers = new Headers(init.headers);
  // "CORS-unsafe request-header names". `content-type` is safe only with the values of forms.
  const names = [...headers.keys()].filter((name) => !SAFELISTED.includes(name)).sort();
  await preflight(origin, url, init.method, names);

  headers.set("origin", origin);
  const response = await fetch(url, { ...init, headers });
  check(origin, response);
  // "CORS filtered response".
  const exposed = list(response, "access-control-expose-headers");
  const visible = [...response.headers].filter(([name]) => READABLE.includes(name) || exposed.includes(name));
  return new Response(response.body, { status: response.status, headers: visible });
};

// "CORS-preflight fetch".
async function preflight(origin, url, method, names) {
  const asked = { origin, "access-control-request-method": method, "access-control-request-headers": names.join() };
  const response = await fetch(url, { method: "OPTIONS", headers: asked });
  check(origin, response);
  if (!response.ok) blocked("the preflight's status is not ok", origin);
  const allowed = list(response, "access-control-allow-headers");
  const missing = names.find((name) => !allowed.includes(name));
  if (missing) blocked(`${missing} is not among Access-Control-Allow-Headers`, origin);
  const isSafelisted = ["GET", "HEAD", "POST"].includes(method);
  if (!isSafelisted && !list(response, "access-control-allow-methods").includes(method.toLowerCase())) {
    blocked(`${method} is not among Access-Control-Allow-Methods`, origin);
  }
}

// "CORS check", with credentials.
function check(origin, response) {
  if (response.headers.get("access-control-allow-origin") !== origin) blocked("Access-Control-Allow-Origin", origin);
  if (response.headers.get("access-control-allow-credentials") !== "true") blocked("credentials", origin);
}

function list(response, name) {
  return (response.headers.get(name) ?? "").split(",").map((it) => it.trim().toLowerCase());
}

function blocked(why, origin) {
  throw new TypeError(`blocked by CORS policy for ${origin}: ${why}`);
}
