/**
 * How long a prediction takes under load: starts an embedded cloud with a state of its own, deploys a model, and sends requests of one
 * row at a given rate to the prediction API, to the endpoint, and to the bare container of the same model.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Sha256 } from '@aws-crypto/sha256-js';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SignatureV4 } from '@smithy/signature-v4';
import { writeLoanBook } from '#examples/loans/generate';
import { getState } from '../cli/runs.ts';
import { closeTarget, openTarget, type Target } from '../cli/target.ts';
import { startContainer } from './container.ts';
import { type Load, openLoad, quantile } from './open-load.ts';
import { processorTime, processorTimeText } from './processor-time.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
    rows: { type: 'string', default: '20000' },
  },
});
const [rate, seconds, bookRows] = [Number(values.rate), Number(values.seconds), Number(values.rows)];
const pipeline = 'loan-default';
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tidegate-serve-'));
process.env['TIDEGATE_HOME'] = join(folder, 'home');

function tidegate(...command: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, ['cli/tidegate.mjs', ...command], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tidegate ${command[0]} failed:\n${stderr}`);
}

/** The run of the champion, once there is one. */
async function deployedRun(target: Target): Promise<string> {
  for (let i = 0; i < 600; i++) {
    const champion = await getState(target, pipeline, 'champion');
    if (champion) return String(champion['runId']);
    await sleep(1000);
  }
  throw new Error('no model was deployed within ten minutes');
}

/** A request for one row, which fails for any answer but a 200. */
function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> {
  return fetch(url, { method: 'POST', headers, body }).then(async (answer) => {
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${text.slice(0, 100)}`);
  });
}

function show(name: string, { latencies, failures }: Load): void {
  const at = (share: number) => `${quantile(latencies, share).toFixed(0)} ms`.padStart(9);
  console.log(`${name.padEnd(12)}${[0.5, 0.95, 0.99].map(at).join('')}   ${latencies.length} answers`);
  for (const [message, times] of failures) console.log(`  ${times} failed: ${message}`);
}

try {
  const { files } = await writeLoanBook(join(folder, 'book'), bookRows, { seed: 1 }, 2);
  tidegate('up');
  const target = await openTarget({});
  tidegate('drop', pipeline, ...files, '--watch');
  const container = await startContainer(
    target,
    { pipeline, runId: await deployedRun(target) },
    join(folder, 'container'),
  );
  const { cloud, outputs, region } = target;
  if (!cloud) throw new Error('no embedded cloud is up');
  const { endpoint, accessKeyId, secretAccessKey } = cloud;
  const credentials = { accessKeyId, secretAccessKey };

  const row = Array.from({ length: 19 }, (_, i) => i).join(',');
  const runtime = new SageMakerRuntimeClient({ endpoint, region, credentials, maxAttempts: 1 });
  const invocation = { EndpointName: `tidegate-local-${pipeline}`, ContentType: 'text/csv', Body: row };
  const signer = new SignatureV4({ credentials, region, service: 'execute-api', sha256: Sha256 });
  const api = new URL(`${outputs.PredictionApiUrl}/pipelines/${pipeline}/predict`);
  const body = JSON.stringify({ rows: [{ income: 31_000, amount: 14_000, term: 60, purpose: 'car', home: 'rent' }] });
  const predict = async () => {
    const { headers } = await signer.sign({
      ...{ method: 'POST', protocol: api.protocol, hostname: api.hostname, path: api.pathname, body },
      headers: { host: api.host, 'content-type': 'application/json' },
    });
    await post(api.href, headers, body);
  };
  const loads = {
    container: () => post(`${container.url}/invocations`, { 'content-type': 'text/csv' }, row),
    endpoint: async () => void (await runtime.send(new InvokeEndpointCommand(invocation))),
    API: predict,
  };
  console.log(`${rate} requests a second for ${seconds} s; ${availableParallelism()} cores`);
  console.log(`${''.padEnd(12)}${['p50', 'p95', 'p99'].map((name) => name.padStart(9)).join('')}`);
  for (const [name, send] of Object.entries(loads)) {
    // the first requests start processes and fill caches
    await Promise.all(Array.from({ length: 4 }, send));
    for (let i = 0; i < 20; i++) await send();
    const before = processorTime(cloud.process.pid);
    const load = await openLoad(rate, seconds, send);
    show(name, load);
    // without the container that is called by itself: it is no process of the cloud
    console.log(`  ${processorTimeText(before, processorTime(cloud.process.pid), load.latencies.length)}`);
    console.log(`  load of the machine: ${loadavg()[0]?.toFixed(1)}`);
  }
  container.stop();
  runtime.destroy();
  closeTarget(target);
} finally {
  tidegate('down');
  rmSync(folder, { recursive: true, force: true });
}
