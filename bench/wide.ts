import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { applyGates } from '#functions/use-cases/apply-gates';
import { evaluateCandidate } from '#functions/use-cases/evaluate-candidate';
import { parsePipeline } from '#schemas/load-pipeline';
import { noTrees } from '../test/fakes/no-trees.ts';
import { folderStore } from './folder-store.ts';
import { type Measured, measure, printMeasured } from './measure.ts';
import { prepareSteps, type Step, writeRunRecords } from './prepare-steps.ts';
import { measureModel } from './train-model.ts';
import { widePipeline, writeWideData } from './wide-data.ts';

/** The memory of the functions that read rows (resources/functions.yml), in MB. */
const memoryMb = 3008;
const run = { pipeline: 'wide', runId: 'bench' };
const key = 'wide/bench/wide.csv';
const script = fileURLToPath(import.meta.url);
const keys = artifactKeys(run);
const artifactsOf = (root: string) => folderStore(join(root, 'artifacts'));

const prepare = prepareSteps(run, key, memoryMb);

/** The measured steps in Node.js, in order; each runs in a process of its own. */
const steps: Record<string, Step> = {
  load: async (root) => parsePipeline(await readFile(join(root, 'wide.yml'), 'utf8'), 'wide.yml'),
  ...prepare,
  evaluate: (root) =>
    evaluateCandidate(
      { clean: folderStore(join(root, 'clean')), artifacts: artifactsOf(root), readTrees: noTrees, memoryMb },
      { run },
    ),
  gates: (root) => applyGates(artifactsOf(root), { run }),
};
const names = ['load', ...Object.keys(prepare), 'train', 'score', 'evaluate', 'gates'];

async function benchmark(columns: number, rows: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'tidegate-wide-'));
  try {
    await mkdir(join(root, 'raw', dirname(key)), { recursive: true });
    await writeWideData(join(root, 'raw', key), columns, rows);
    await writeFile(join(root, 'wide.yml'), widePipeline(columns));
    await writeRunRecords(root, run, key, parsePipeline(widePipeline(columns), 'wide.yml'));
    const megabytes = (await stat(join(root, 'raw', key))).size / 1e6;
    console.log(
      `${columns.toLocaleString('en-US')} columns, ${rows.toLocaleString('en-US')} rows, ${megabytes.toFixed(1)} MB of CSV`,
    );
    let seconds = 0;
    let peak = 0;
    const print = (name: string, measured: Measured) =>
      console.log(
        `  ${name.padEnd(12)}${measured.seconds.toFixed(2).padStart(8)} s ${((1000 * measured.seconds) / columns).toFixed(2).padStart(8)} ms/column  peak ${Math.round(measured.peakMb)} MB`,
      );
    for (const name of names) {
      const measured =
        name === 'train' || name === 'score' ? await measureModel(name, root, run) : await measure(script, name, root);
      print(name, measured);
      seconds += measured.seconds;
      peak = Math.max(peak, measured.peakMb);
    }
    print('all', { seconds, peakMb: peak });
    const permuted = await stat(join(root, 'clean', cleanKeys(run).permuted));
    const report = await stat(join(root, 'artifacts', keys.report));
    console.log(`  permuted rows ${(permuted.size / 1e6).toFixed(1)} MB, report ${(report.size / 1e6).toFixed(2)} MB`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    columns: { type: 'string', default: '300,1000,5000' },
    rows: { type: 'string', default: '2000' },
    step: { type: 'string' },
    root: { type: 'string' },
  },
});
const { step, root } = values;
if (step !== undefined && root !== undefined) await printMeasured(async () => steps[step]?.(root));
else {
  console.log(
    `${availableParallelism()} cores (${cpus()[0]?.model}), node ${process.version}; each function has ${memoryMb} MB`,
  );
  for (const columns of values.columns.split(',')) await benchmark(Number(columns), Number(values.rows));
}
