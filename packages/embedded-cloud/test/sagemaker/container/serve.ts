import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { BadRow, parseRows } from './csv.ts';
import { predict, type Weights } from './model.ts';

const LIMIT = 6 << 20;
const batch = process.env['SAGEMAKER_BATCH'] === 'true';
const selected = process.env['SAGEMAKER_INFERENCE_OUTPUT'];

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const PARTS: Readonly<Record<string, (score: number) => string>> = {
  predicted_label: (score) => (score > 0.5 ? '1' : '0'),
  probability: (score) => String(score),
  probabilities: (score) => `"[${1 - score}, ${score}]"`,
};

function answer(weights: Weights, type: string, accept: string, body: Buffer): Answer {
  const refuse = (status: number, text: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body: text });
  if (body.length > LIMIT) return refuse(413, `${body.length} bytes; at most ${LIMIT}`);
  if (type !== 'text/csv') return refuse(415, `Content-type ${type} not supported`);
  try {
    const scores = parseRows(body.toString(), weights.length - 1).map((row) => predict(weights, row));
    if (accept === 'application/json') {
      return { status: 200, type: accept, body: JSON.stringify({ predictions: scores.map((score) => ({ score })) }) };
    }
    const parts = (selected ?? 'probability').split(',');
    const lines = scores.map((score) => parts.map((part) => PARTS[part]?.(score)).join(','));
    return { status: 200, type: 'text/csv; charset=utf-8', body: lines.join(batch ? '\n' : ',') };
  } catch (cause) {
    if (cause instanceof BadRow) return refuse(cause.kind === 'number' ? 415 : 400, cause.message);
    throw cause;
  }
}

async function respond(weights: Weights, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { 'content-type': type = 'text/csv', accept = 'text/csv' } = request.headers;
  const parameters = { MaxConcurrentTransforms: 2, BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: LIMIT >> 20 };
  const { status, ...given }: Answer =
    request.url === '/invocations'
      ? answer(weights, type, accept, await buffer(request))
      : request.url === '/execution-parameters'
        ? { status: 200, type: 'application/json', body: JSON.stringify(parameters) }
        : { status: request.url === '/ping' ? 200 : 404, type: 'text/plain', body: '' };
  if (status >= 400) process.stdout.write(`${status} ${given.body}\n`);
  response.writeHead(status, { 'content-type': given.type }).end(given.body);
}

/** Serves by the container contract: /ping, /invocations and /execution-parameters. */
export async function serve(): Promise<void> {
  process.on('SIGTERM', () => process.exit(0));
  const base = process.env['SAGEMAKER_BASE_DIR'] ?? '/opt/ml';
  const weights = JSON.parse(readFileSync(join(base, 'model', 'model.json'), 'utf8')) as Weights;
  const server = createServer((request, response) => void respond(weights, request, response));
  server.listen(Number(process.env['SAGEMAKER_BIND_TO_PORT']), '127.0.0.1', () => {
    process.stdout.write(`Serving on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
}
