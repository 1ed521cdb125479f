/**
 * What strangers cost: sends large bodies to an embedded cloud from many connections at once, with no key, an unknown key and a
 * wrong signature, and prints the largest memory of the cloud's process. Linux only (it reads /proc).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CONNECTIONS = 60;
const BODY_BYTES = 24 * 2 ** 20;

const home = mkdtempSync(join(tmpdir(), 'tidegate-bench-'));
writeFileSync(join(home, 'template.json'), JSON.stringify({ Resources: {} }));
const cloud = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('../packages/embedded-cloud/src/bin/embedded-cloud.ts', import.meta.url)),
    ...['up', '--template', join(home, 'template.json'), '--state', join(home, 'state')],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const environment = new Map<string, string>();
for await (const line of createInterface({ input: cloud.stdout })) {
  const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
  if (name && value) environment.set(name, value);
  if (line.includes('is up')) break;
}
const endpoint = environment.get('AWS_ENDPOINT_URL') ?? '';

const megabytes = (field: string): number => {
  const status = readFileSync(`/proc/${cloud.pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024);
};

function flood(headers: Record<string, string>): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = request(`${endpoint}/`, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(BODY_BYTES) },
    });
    outgoing.on('response', (response) => response.resume().on('close', resolve)).on('error', () => resolve());
    outgoing.end(Buffer.alloc(BODY_BYTES));
  });
}

const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
const signed = (key: string, hash?: string): Record<string, string> => ({
  'x-amz-date': now,
  'x-amz-target': 'DynamoDB_20120810.GetItem',
  ...(hash !== undefined && { 'x-amz-content-sha256': hash }),
  authorization: `AWS4-HMAC-SHA256 Credential=${key}/${now.slice(0, 8)}/eu-central-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target${hash === undefined ? '' : ';x-amz-content-sha256'}, Signature=${'0'.repeat(64)}`,
});
const key = environment.get('AWS_ACCESS_KEY_ID') ?? '';

try {
  await sleep(500);
  console.log(`${CONNECTIONS} connections, ${BODY_BYTES / 2 ** 20} MiB each; at rest: ${megabytes('VmRSS')} MB`);
  for (const [who, headers] of [
    ['no signature', {}],
    ['an unknown key', signed('AKIANOBODY')],
    ['a wrong signature over a declared hash', signed(key, '0'.repeat(64))],
    ['a wrong signature, no declared hash', signed(key)],
  ] as const) {
    await Promise.all(Array.from({ length: CONNECTIONS }, () => flood(headers)));
    console.log(`${who}: highest so far ${megabytes('VmHWM')} MB`);
  }
} finally {
  cloud.kill('SIGTERM');
  await once(cloud, 'exit');
  rmSync(home, { recursive: true, force: true });
}
