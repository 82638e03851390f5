// The front ends: how each converts a request to an event, and which headers of a response it sends.

import { randomUUID } from 'node:crypto';

// A REST API.
const v1 = {
  event: (request) => ({
    ...common(request),
    resource: '/{proxy+}',
    headers: last(request),
    multiValueHeaders: all(request),
    requestContext: {
      stage: 'prod', httpMethod: request.method, requestId: randomUUID(), accountId: '123456789012',
      identity: { sourceIp: '127.0.0.1' },
    },
  }),
  headers: (answer) => ({ ...answer.headers, ...answer.multiValueHeaders }),
};

// An HTTP API, or a Function URL. They join the lines of a header with commas.
const v2 = (domainName, stage) => ({
  event: (request) => {
    const { pathname, search } = new URL(request.url, 'http://front');
    const lines = Object.entries(all(request)).map(([name, values]) => [name, values.join(',')]);
    return {
      version: '2.0', routeKey: '$default', rawPath: pathname, rawQueryString: search.slice(1),
      headers: Object.fromEntries(lines), body: request.base64, isBase64Encoded: true,
      requestContext: {
        accountId: '123456789012', apiId: 'abcdefghij', domainName, requestId: randomUUID(), stage,
        timeEpoch: 0,
        http: { method: request.method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
      },
    };
  },
  headers: (answer) => ({ ...answer.headers, 'set-cookie': answer.cookies ?? [] }),
});

const requestContext = {
  elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/corsac/0' },
};

export const FRONT_ENDS = {
  'api-gateway-v1': v1,
  'api-gateway-v2': v2('abcdefghij.execute-api.eu-west-1.amazonaws.com', 'prod'),
  'function-url': v2('abcdefghij.lambda-url.eu-west-1.on.aws', '$default'),
  'alb-single-value': {
    event: (request) => ({ ...common(request), headers: last(request), requestContext }),
    headers: (answer) => answer.headers,
  },
  // With the attribute `lambda.multi_value_headers.enabled` of the target group.
  'alb-multi-value': {
    event: (request) => ({ ...common(request), multiValueHeaders: all(request), requestContext }),
    headers: (answer) => answer.multiValueHeaders,
  },
};

function common(request) {
  const { pathname, searchParams } = new URL(request.url, 'http://front');
  return {
    path: pathname, httpMethod: request.method, queryStringParameters: Object.fromEntries(searchParams),
    body: request.base64, isBase64Encoded: true,
  };
}

// Returns every value of each header.
function all({ rawHeaders }) {
  const values = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    (values[rawHeaders[at].toLowerCase()] ??= []).push(rawHeaders[at + 1]);
  }
  return values;
}

function last(request) {
  return Object.fromEntries(Object.entries(all(request)).map(([name, values]) => [name, values.at(-1)]));
}
