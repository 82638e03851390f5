// `front.mjs FUNCTION [PORT]`: emulates AWS around a function. Starts the function, sends it events through
// the Runtime API, and listens as each of the front ends: on the ports from PORT on, or on free ports.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import http from 'node:http';

import { FRONT_ENDS } from './events.mjs';

// Events that the function has not fetched yet, its calls that wait for an event, and the callbacks that
// wait for a response.
const events = [];
const questions = [];
const waiting = new Map();

const [program, port = '0'] = process.argv.slice(2);
const api = await listen(0, runtimeApi);
const lambda = spawn(program, {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${api}`,
    AWS_LAMBDA_FUNCTION_NAME: 'corsac',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    // Otherwise lambda_http adds the name of the stage to the path, and no route matches.
    AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH: 'true',
  },
});
lambda.on('error', fail).on('exit', (code) => fail(`the function has ended with ${code}`));
process.on('exit', () => lambda.kill());
process.on('SIGTERM', () => process.exit(0)).on('SIGINT', () => process.exit(0));

for (const [at, [name, frontEnd]] of Object.entries(FRONT_ENDS).entries()) {
  const open = await listen(port === '0' ? 0 : Number(port) + at, (...pair) => pass(frontEnd, ...pair));
  console.log(`${name} listens on http://127.0.0.1:${open}`);
}

async function runtimeApi(request, response) {
  const [, , , , id, what] = request.url.split('/');
  if (id === 'next') {
    questions.push(response);
    hand();
    return;
  }
  const answer = JSON.parse(await read(request));
  const isAnswer = what === 'response';
  waiting.get(id)?.(isAnswer ? answer : { statusCode: 502, headers: {}, body: JSON.stringify(answer) });
  waiting.delete(id);
  response.writeHead(202).end();
}

async function pass(frontEnd, request, response) {
  request.base64 = (await read(request)).toString('base64');
  const id = randomUUID();
  const answer = await new Promise((resolve) => {
    waiting.set(id, resolve);
    events.push([id, JSON.stringify(frontEnd.event(request))]);
    hand();
  });
  for (const [name, value] of Object.entries(frontEnd.headers(answer) ?? {})) {
    response.setHeader(name, value);
  }
  response.writeHead(answer.statusCode);
  response.end(Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8'));
}

function hand() {
  while (events.length > 0 && questions.length > 0) {
    const [id, event] = events.shift();
    questions.shift().writeHead(200, {
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': Date.now() + 10_000,
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:corsac',
    }).end(event);
  }
}

async function read(request) {
  return Buffer.concat(await request.toArray());
}

function listen(port, serve) {
  return new Promise((resolve) => {
    const server = http.createServer(serve).on('error', fail);
    server.listen(port, '127.0.0.1', () => resolve(server.address().port));
  });
}

function fail(why) {
  console.error(`error: ${why}`);
  process.exit(1);
}
