import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { sampleCsv } from 'embedded-cloud/testing/sagemaker';
import { describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { toCsv } from '#domain/data/online';
import { badRequestNames, badRequests } from '#domain/endpoint-tests/bad-requests';
import { python } from '../support/python.ts';
import { runPython, train } from './container.ts';

/** Serves from a directory in the background for as long as `use` runs. */
const serving = async <T>(
  directory: string,
  env: Readonly<Record<string, string>>,
  use: (url: string) => Promise<T>,
): Promise<T> => {
  const child = spawn(python?.python ?? '', ['-m', 'tidegate_xgboost', 'serve'], {
    env: {
      PATH: process.env['PATH'],
      ...python?.env,
      PYTHONPATH: resolve('containers/xgboost'),
      SAGEMAKER_BASE_DIR: directory,
      SAGEMAKER_BIND_TO_PORT: '0',
      TIDEGATE_BIND_ADDRESS: '127.0.0.1',
      SM_NUM_CPUS: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((done) => child.once('close', done));
  try {
    const url = await new Promise<string>((done, fail) => {
      child.stdout.once('data', (line: Buffer) => done(/http:\S+/.exec(line.toString())?.[0] ?? ''));
      child.once('close', () => fail(new Error('the server ended before it listened')));
    });
    return await use(url);
  } finally {
    child.kill('SIGTERM');
    await closed;
  }
};

const post = async (url: string, body: string | Buffer, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/invocations`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/csv', ...headers },
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

describe.skipIf(!python)('the serving container', () => {
  it('answers one model in every form, real time and batch', async () => {
    const { directory } = await train({
      hyperparameters: { num_round: '3', objective: 'multi:softprob', num_class: '3' },
      channels: { train: { 'a.csv': '0,0,1\n1,1,1\n2,2,1\n'.repeat(20) } },
    });
    const rows = '0,1\n2,1';
    try {
      await serving(directory, {}, async (url) => {
        expect((await fetch(`${url}/ping`)).status).toBe(200);
        expect(await (await fetch(`${url}/execution-parameters`)).json()).toEqual({
          MaxConcurrentTransforms: expect.any(Number),
          BatchStrategy: 'MULTI_RECORD',
          MaxPayloadInMB: 6,
        });
        const csv = await post(url, rows);
        expect(csv).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8' });
        expect(csv.text).toMatch(/^\[0\.\d+, 0\.\d+, 0\.\d+\],\[0\.\d+, 0\.\d+, 0\.\d+\]$/);
        const scores = JSON.parse(`[${csv.text}]`) as number[][];
        const json = await post(url, rows, { accept: 'application/json' });
        expect(json.type).toBe('application/json');
        expect(JSON.parse(json.text)).toEqual({ predictions: scores.map((score) => ({ score })) });
        const lines = await post(url, rows, { accept: 'application/jsonlines' });
        expect(
          lines.text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as unknown),
        ).toEqual(scores.map((score) => ({ score })));

        expect(await post(url, rows, { accept: 'image/png' })).toMatchObject({ status: 406 });
        expect(await post(url, '{}', { 'content-type': 'application/json' })).toMatchObject({ status: 415 });
        expect(await post(url, '0,1\n0,inf')).toMatchObject({
          status: 400,
          text: expect.stringContaining('row 2, column 2 is infinite'),
        });
        expect(await post(url, '0,1\n0')).toMatchObject({
          status: 400,
          text: expect.stringContaining('row 2 has 1 columns'),
        });
        expect((await post(url, '')).status).toBe(204);
        expect((await post(url, Buffer.alloc(6 * 2 ** 20 + 1, '1'))).status).toBe(413);
        expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
      });
      const batch = { SAGEMAKER_BATCH: 'true', SAGEMAKER_INFERENCE_OUTPUT: 'predicted_label, labels, predicted_score' };
      await serving(directory, batch, async (url) => {
        expect((await post(url, rows)).text).toBe('0,"[0, 1, 2]",nan\n2,"[0, 1, 2]",nan\n');
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('refuses each bad request of a robustness test as the docs say, and answers as before after each', async () => {
    const { directory } = await train({
      hyperparameters: { num_round: '3', objective: 'binary:logistic' },
      channels: { train: { 'a.csv': sampleCsv(60, 23) } },
    });
    const line = '0.5,-0.5,0,1';
    try {
      await serving(directory, {}, async (url) => {
        const before = await post(url, line);
        expect(before.status).toBe(200);
        const found: Record<string, number> = {};
        for (const name of badRequestNames) {
          const bad = badRequests[name].make({ line, delimiter: ',', largestBytes: 6 * 2 ** 20 });
          const { status, text } = await post(url, bad?.body ?? '', { 'content-type': bad?.contentType ?? '' });
          found[name] = status;
          expect([name, text.length < 300]).toEqual([name, true]);
          expect(await post(url, line)).toEqual(before);
        }
        const table = readFileSync('docs/endpoint-tests.md', 'utf8').matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|$/gm);
        expect(found).toEqual(Object.fromEntries([...table].map(([, name, status]) => [name, Number(status)])));
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it.each(['abc', '-1', '1.5', ' '])(
    'refuses a request whose length is %j, and does not wait for its body',
    async (length) => {
      const { directory } = await train({
        hyperparameters: { num_round: '1' },
        channels: { train: { 'a.csv': sampleCsv(20, 24) } },
      });
      try {
        await serving(directory, {}, async (url) => {
          const { hostname, port } = new URL(url);
          const socket = connect(Number(port), hostname);
          socket.write(`POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
          const answer = await new Promise<string>((done) => socket.once('data', (data) => done(data.toString())));
          socket.destroy();
          expect(answer).toContain('HTTP/1.1 400 ');
          expect((await post(url, '0,0,0,0')).status).toBe(200);
        });
      } finally {
        await rm(directory, { recursive: true });
      }
    },
  );

  it('answers many requests at once, each with its own rows', async () => {
    const { directory } = await train({
      hyperparameters: { num_round: '5', objective: 'binary:logistic' },
      channels: { train: { 'a.csv': sampleCsv(200, 21) } },
    });
    try {
      await serving(directory, {}, async (url) => {
        const bodies = Array.from(
          { length: 40 },
          (_, i) => `${(i / 20 - 1).toFixed(2)},${(1 - i / 20).toFixed(2)},0,0`,
        );
        const together = (await Promise.all(bodies.map((body) => post(url, body)))).map(({ text }) => text);
        expect((await post(url, bodies.join('\n'))).text.split(',')).toEqual(together);
        expect(new Set(together).size).toBeGreaterThan(5);
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('does not start without a model, and says so', async () => {
    const { code, output } = await runPython(['-m', 'tidegate_xgboost', 'serve'], {
      SAGEMAKER_BASE_DIR: resolve('containers'),
    });
    expect(code).toBe(1);
    expect(output).toContain('Unable to load model');
  });

  it('ends with the process that started it, when run by the embedded cloud', async () => {
    const launcher = resolve('cli/python/launch.py');
    const { directory } = await train({
      hyperparameters: { num_round: '1' },
      channels: { train: { 'a.csv': sampleCsv(20, 22) } },
    });
    try {
      const child = spawn(python?.python ?? '', [launcher, 'serve'], {
        env: {
          PATH: process.env['PATH'],
          ...python?.env,
          PYTHONPATH: resolve('containers/xgboost'),
          SAGEMAKER_BASE_DIR: directory,
          SAGEMAKER_BIND_TO_PORT: '0',
          TIDEGATE_BIND_ADDRESS: '127.0.0.1',
        },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const closed = new Promise<number | null>((done) => child.once('close', done));
      await new Promise((listening) => child.stdout.once('data', listening));
      child.stdin.end();
      expect(await closed).toBe(1);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe.skipIf(!python)('the serving container with a model of one input', () => {
  it('guesses the delimiter as the built-in one does, and reads every row that Tidegate sends', async () => {
    const { directory } = await train({
      hyperparameters: { num_round: '3', objective: 'binary:logistic' },
      channels: { train: { 'a.csv': '0,-1\n1,1\n0,-2\n1,2\n'.repeat(20) } },
    });
    const numbers = [-1e-7, 1e-7, -1.5, 0, -0.25, 1e21, -1e30, 5e-324, -123456.789, 3, Number.NaN];
    const csvOf = (values: readonly number[]) =>
      toCsv({ rows: values.length, features: ['x'], values: Float64Array.from(values) }, xgboost.input);
    try {
      await serving(directory, {}, async (url) => {
        expect(await post(url, '-1e-07')).toMatchObject({ status: 415, text: expect.stringContaining('not a number') });
        expect((await post(url, '0.5')).status).toBe(200);
        // two columns, which the model refuses
        expect((await post(url, '1;2')).status).toBe(400);
        const together = (await post(url, csvOf(numbers))).text.split(',');
        const apart = await Promise.all(numbers.map(async (value) => post(url, csvOf([value]))));

        expect(apart.map(({ status, text }) => [status, text])).toEqual(together.map((text) => [200, text]));
        expect(Number(together[0])).toBeLessThan(0.5);
        expect(Number(together[9])).toBeGreaterThan(0.5);
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
