/**
 * What callers of the prediction API see while a canary takes over and while an alarm takes one back: an open-model load through both,
 * with every answer compared with the one that its model gives alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RawRow } from '#domain/data/online';
import { applicants } from '../cli/demo/traffic.ts';
import { openLoad, quantile } from './open-load.ts';
import { apiClient, type Sent, startLoad } from './reliability/load.ts';
import { type Phase, reliabilityPlot } from './reliability/plot.ts';
import { startProject } from './reliability/project.ts';
import { referenceScores } from './reliability/references.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20' },
    /** Rates to try first, for some seconds each. */
    try: { type: 'string', default: '' },
    /** Seconds before, between and after the roll-outs. */
    quiet: { type: 'string', default: '30' },
    /** Where the plot goes. */
    plot: { type: 'string', default: 'docs/images/reliability.svg' },
  },
});
const rate = Number(values.rate);
const quietMs = Number(values.quiet) * 1000;
const rows = applicants as readonly RawRow[];
const folder = mkdtempSync(join(tmpdir(), 'tidegate-references-'));
const load1 = () => `load of the machine ${loadavg()[0]?.toFixed(1)}`;
const milliseconds = (ms: number) => `${ms.toFixed(0)} ms`.padStart(10);

function row(name: string, latencies: readonly number[], rest: string): void {
  const at = [0.5, 0.95, 0.99].map((share) => milliseconds(quantile(latencies, share)));
  console.log(`${name.padEnd(18)}${String(latencies.length).padStart(8)}${at.join('')}   ${rest}`);
}

/** What is wrong with a request: it was lost, a model answered that does not serve, or a score is not its model's. */
function problemOf(
  { row: at, version, score = Number.NaN, error }: Sent,
  { versions }: Phase,
  references: ReadonlyMap<number, Float64Array>,
): 'lost' | 'stranger' | 'wrong' | undefined {
  if (error !== undefined || version === undefined) return 'lost';
  if (!versions.includes(version)) return 'stranger';
  const expected = references.get(version)?.[at] ?? Number.NaN;
  return Math.abs(score - expected) <= 1e-5 ? undefined : 'wrong';
}

const project = await startProject();
try {
  const runs = [await project.train(1), await project.train(2), await project.train(3, 'units')] as const;
  console.log('three models are registered');
  const first = await project.deploy(runs[0]);
  if (first.status !== 'SUCCEEDED') throw new Error(`the first deployment ${JSON.stringify(first)}`);
  const references = new Map<number, Float64Array>();
  for (const run of runs) {
    references.set(run.modelPackageVersion ?? 0, await referenceScores(project.target, run, rows, folder));
  }
  const ask = apiClient(project);
  console.log(`${availableParallelism()} cores, ${load1()}`);
  console.log(`${''.padEnd(18)}${['requests', '       p50', '       p95', '       p99'].join('')}`);
  for (const tried of values.try.split(',').filter(Boolean).map(Number)) {
    const { latencies, failures } = await openLoad(tried, 20, async () => void (await ask(rows[0] ?? {})));
    row(`${tried} a second`, latencies, `${[...failures].join()} ${load1()}`);
    await sleep(3000);
  }

  const load = startLoad(ask, rate, rows);
  const phases: Phase[] = [];
  async function phase(name: string, versions: readonly number[], moves: boolean, lasts: () => Promise<unknown>) {
    const from = load.now();
    const result = await lasts();
    phases.push({ name, from, to: load.now(), versions, moves });
    return result;
  }
  await phase('before', [1], false, () => sleep(quietMs));
  const promoted = await phase('canary', [1, 2], true, () => project.deploy(runs[1]));
  await phase('between', [2], false, () => sleep(quietMs));
  const takenBack = await phase('taken back', [2, 3], true, () => project.deploy(runs[2]));
  await phase('after', [2], false, () => sleep(quietMs));
  const sent = await load.stop();

  const wrong: string[] = [];
  for (const each of phases) {
    const own = sent.filter(({ due }) => due >= each.from && due < each.to);
    const problems = Map.groupBy(own, (request) => problemOf(request, each, references) ?? 'right');
    const count = (kind: 'lost' | 'stranger' | 'wrong') => problems.get(kind)?.length ?? 0;
    const byVersion = [...Map.groupBy(own, ({ version }) => version)].map(([v, { length }]) => `v${v}: ${length}`);
    row(
      each.name,
      own.filter(({ error }) => error === undefined).map(({ latency }) => latency),
      `${count('lost')} lost, ${count('stranger')} by another model, ${count('wrong')} wrong; ${byVersion.join(', ')}`,
    );
    for (const kind of ['lost', 'stranger', 'wrong'] as const) {
      for (const request of (problems.get(kind) ?? []).slice(0, 3)) wrong.push(`${kind}: ${JSON.stringify(request)}`);
    }
  }
  for (const line of wrong) console.log(line);
  console.log(`${load1()}; the roll-outs: ${JSON.stringify([promoted, takenBack]).slice(0, 600)}`);
  writeFileSync(
    values.plot,
    reliabilityPlot(sent, phases, `Predictions through the API at ${rate} requests a second: latency by time`),
  );
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await project.close();
  rmSync(folder, { recursive: true, force: true });
}
