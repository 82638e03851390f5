// A page that calls the health service with connect-web, first from an allowed origin, then from a
// refused one.
//
//   node client.mjs http://127.0.0.1:3000

import assert from "node:assert/strict";
import { create, createFileRegistry } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { browserOf } from "./browser.mjs";

const baseUrl = process.argv[2] ?? "http://127.0.0.1:3000";
const SERVING = 1;

const page = (origin) => createClient(health(), createGrpcWebTransport({ baseUrl, fetch: browserOf(origin) }));

const allowed = page("https://app.example.com");
const answer = await allowed.check({ service: "" });
assert.equal(answer.status, SERVING);
console.log("ok   a page of https://app.example.com calls Health/Check: SERVING");

const timed = await allowed.check({ service: "" }, { timeoutMs: 5000 });
assert.equal(timed.status, SERVING);
console.log("ok   with a deadline, which is the header grpc-timeout");

// It has no body: without `expose_headers(["grpc-status", ...])` the page could not read the code.
await assert.rejects(allowed.check({ service: "nobody" }), { code: Code.NotFound });
console.log("ok   an error arrives with its code: NotFound");

await assert.rejects(page("https://evil.example").check({ service: "" }), /blocked by CORS policy for https:\/\/evil/);
console.log("ok   a page of https://evil.example does not get past the preflight");

await assert.rejects(allowed.check({ service: "" }, { headers: { "x-secret": "1" } }), /x-secret is not among/);
console.log("ok   metadata that the policy does not name does not get past it either");

// The part of grpc/health/v1/health.proto that is used, so that neither protoc nor generated code is needed.
function health() {
  const scalar = (name, type) => ({ name, number: 1, type, label: FieldDescriptorProto_Label.OPTIONAL });
  const file = create(FileDescriptorProtoSchema, {
    name: "grpc/health/v1/health.proto",
    package: "grpc.health.v1",
    syntax: "proto3",
    messageType: [
      { name: "HealthCheckRequest", field: [scalar("service", FieldDescriptorProto_Type.STRING)] },
      // An enum, which is an integer on the wire.
      { name: "HealthCheckResponse", field: [scalar("status", FieldDescriptorProto_Type.INT32)] },
    ],
    service: [{
      name: "Health",
      method: [{
        name: "Check",
        inputType: ".grpc.health.v1.HealthCheckRequest",
        outputType: ".grpc.health.v1.HealthCheckResponse",
      }],
    }],
  });
  return createFileRegistry(file, () => undefined).getService("grpc.health.v1.Health");
}
