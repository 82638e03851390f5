// Checks resources of Kubernetes against their schemas, and against the rules that schemas cannot say.
//
//     node kubernetes.mjs DIRECTORY

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import { VirtualService } from "@kubernetes-models/istio/networking.istio.io/v1/VirtualService";
import { Middleware } from "@kubernetes-models/traefik/traefik.io/v1alpha1/Middleware";

const KINDS = { HTTPRoute, VirtualService, Middleware };

const cors = (value) => ({ spec: { rules: [{ filters: [{ type: "CORS", cors: value }] }] } });
const corsPolicy = (value) => ({
  spec: { hosts: ["a"], http: [{ route: [{ destination: { host: "a" } }], corsPolicy: value }] },
});
const FAULTS = [
  ["HTTPRoute", cors({ allowOrigins: ["null"] })],
  ["HTTPRoute", cors({ allowOrigins: ["https://a.example"], maxAge: 0 })],
  ["HTTPRoute", cors({ allowOrigins: ["*", "https://a.example"] })],
  ["VirtualService", corsPolicy({ unmatchedPreflights: "ignore" })],
  ["VirtualService", corsPolicy({ maxAge: "600" })],
  ["Middleware", { spec: { headers: { accessControlMaxAge: "600" } } }],
];

/** Returns what is wrong with a resource, or nothing. */
function fault(kind, resource) {
  try {
    new KINDS[kind]({ metadata: { name: "a" }, ...resource }).validate();
  } catch (error) {
    return error.message;
  }
  for (const rule of resource.spec.rules ?? []) {
    const filter = rule.filters.find((filter) => filter.type === "CORS").cors;
    // Rules in CEL, which are not part of the schema.
    for (const name of ["allowOrigins", "allowMethods", "allowHeaders"]) {
      const list = filter[name] ?? [];
      if (list.includes("*") && list.length > 1) return `${name}: "*" stands alone`;
    }
  }
  for (const route of resource.spec.http ?? []) {
    const maxAge = route.corsPolicy.maxAge;
    if (maxAge !== undefined && !/^\d+s$/.test(maxAge)) return `maxAge: "${maxAge}"`;
  }
}

const directory = process.argv[2];
let wrong = 0;
for (const [kind, resource] of FAULTS) {
  if (!fault(kind, resource)) {
    console.error(`error: the check of ${kind} does not find the fault in ${JSON.stringify(resource)}`);
    wrong += 1;
  }
}
const counts = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, 0]));
for (const name of readdirSync(directory)) {
  const kind = name.split(".").at(-2);
  if (!(kind in KINDS)) continue;
  counts[kind] += 1;
  const message = fault(kind, JSON.parse(readFileSync(join(directory, name), "utf8")));
  if (message) {
    console.error(`error: ${name}: ${message}`);
    wrong += 1;
  }
}
for (const [kind, count] of Object.entries(counts)) {
  console.log(`${count} resources of kind ${kind} are valid`);
  if (count === 0) wrong += 1;
}
process.exitCode = wrong ? 1 : 0;
