// Runs the examples of the guides with the real libraries. One JSON value a line on stdin, one on stdout for each:
//
//   { "start": "express", "code": "app.use(cors())" }                 -> { "app": 0 } or { "error": "..." }
//   { "app": 0, "method": "GET", "path": "/", "headers": [["origin", "https://a.example"]] }
//                                                                     -> { "status": 200, "headers": [...] }
//   { "options": "express" }                                          -> ["origin", "methods", ...]

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { serve } from '@hono/node-server';
import expressCors from 'cors';
import express from 'express';
import Fastify from 'fastify';
import fastifyCors from '@fastify/cors';
import { Hono } from 'hono';
import { cors as honoCors } from 'hono/cors';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

// The service behind: its answer is the same in each framework. The query asks for headers that services write
// themselves, and for an exception.
function answer(url) {
  const query = url.split('?')[1];
  if (query === 'throws') throw new Error('the service throws, as it is meant to');
  const headers = {
    'content-type': 'text/plain',
    'x-handled': 'yes',
    'x-request-id': '1',
    'content-range': 'items 0-1/2',
    etag: '"1"',
  };
  if (query === 'varies') headers.vary = 'Accept-Encoding';
  if (query === 'star') headers['access-control-allow-origin'] = '*';
  return headers;
}

const starts = {
  async express(run) {
    const app = express();
    const handler = (req, res) => { res.set(answer(req.url)).send('hello'); };
    run({ app, cors: expressCors, handler });
    app.use(handler);
    // The library's own handler prints the stack.
    app.use((error, req, res, next) => { res.status(500).end(); });
    return new Promise((done) => {
      const server = app.listen(0, '127.0.0.1', () => done(server.address().port));
    });
  },

  async fastify(run) {
    const fastify = Fastify();
    const handler = async (req, reply) => { reply.code(200).headers(answer(req.url)).send('hello'); };
    run({ fastify, cors: fastifyCors, handler });
    await fastify.after();
    // Methods that no route has, and routes that the example has already.
    fastify.setNotFoundHandler(handler);
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    return fastify.server.address().port;
  },

  async hono(run) {
    const app = new Hono();
    const handler = (c) => {
      for (const [name, value] of Object.entries(answer(c.req.url))) c.header(name, value);
      return c.text('hello');
    };
    run({ app, cors: honoCors, handler });
    app.all('*', handler);
    app.onError((error, c) => c.body(null, 500));
    return serveFetch(app.fetch);
  },

  // Node has the classes of the Workers runtime that the examples use.
  async workers(run) {
    const handle = async ({ url }) => new Response('hello', { headers: answer(url) });
    const worker = run({ handle }) ?? { fetch: handle };
    return serveFetch((it) => worker.fetch(it));
  },
};

// As the packages document them.
const options = {
  express: () => listed('cors', /^\* `(\w+)`: /gm),
  fastify: () => listed('@fastify/cors', /^\* `(\w+)`: /gm),
  hono: () => [...read('hono/dist/types/middleware/cors/index.d.ts').match(/type CORSOptions = \{([^]*?)\n\};/)[1]
    .matchAll(/^ +(\w+)\??:/gm)].map(([, name]) => name),
  workers: () => [],
};

const ports = [];
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await obey(JSON.parse(line))));
}
process.exit();

async function obey(command) {
  if (command.options) return options[command.options]();
  if (!command.start) return send(ports[command.app], command);
  try {
    const port = await starts[command.start]((names) => evaluate(command.code, names));
    return { app: ports.push(port) - 1 };
  } catch (error) {
    return { error: error.message };
  }
}

function evaluate(code, names) {
  const text = code.replace('export default', 'return');
  return new Function(...Object.keys(names), text)(...Object.values(names));
}

function serveFetch(fetch) {
  return new Promise((done) => {
    serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => done(port));
  });
}

function send(port, { method, path, headers }) {
  return new Promise((done, failed) => {
    const host = '127.0.0.1';
    const lines = ['host', host, ...headers.flat()];
    const sent = request({ port, host, method, path, headers: lines }, (response) => {
      response.resume();
      const pairs = response.rawHeaders.flatMap((name, at, all) => (at % 2 ? [] : [[name, all[at + 1]]]));
      response.on('end', () => done({ status: response.statusCode, headers: pairs }));
    });
    sent.on('error', failed);
    sent.end();
  });
}

function listed(name, pattern) {
  return [...read(`${name}/README.md`).matchAll(pattern)].map(([, option]) => option);
}

function read(path) {
  return readFileSync(new URL(`node_modules/${path}`, import.meta.url), 'utf8');
}
