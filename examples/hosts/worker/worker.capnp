# Two Workers with the same modules, and the checks: each at a port of its own.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "axum", worker = (compatibilityDate = .today, modules = .modules, bindings = [(name = "APP", text = "axum")])),
    (name = "plain", worker = (compatibilityDate = .today, modules = .modules, bindings = [(name = "APP", text = "plain")])),
    (name = "checks", worker = (compatibilityDate = .today, modules = .checks)),
  ],
  sockets = [
    (name = "axum", service = "axum", address = "127.0.0.1:3000", http = ()),
    (name = "plain", service = "plain", address = "127.0.0.1:3001", http = ()),
    (name = "checks", service = "checks", address = "127.0.0.1:3002", http = ()),
  ],
);

const today :Text = "2026-11-01";

const modules :List(Workerd.Worker.Module) = [
  (name = "shim.mjs", esModule = embed "shim.mjs"),
  (name = "program.mjs", esModule = embed "built/host_worker.js"),
  (name = "state.js", esModule = embed "built/state.js"),
  (name = "program.wasm", wasm = embed "built/host_worker_bg.wasm"),
];

const checks :List(Workerd.Worker.Module) = [
  (name = "checks.mjs", esModule = embed "checks.mjs"),
  (name = "checks.wasm", wasm = embed "built/checks.wasm"),
];
