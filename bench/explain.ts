import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '#cli/python/command';
import { ensurePython } from '#cli/python/environment';
import { readModel } from '#domain/algorithms/xgboost/model/read-model';
import { nodesOf } from '#domain/explanations/explain-model';
import { treeExplainer } from '#domain/trees/tree-shap';

/** Milliseconds a row of explaining answers, beside XGBoost's own `pred_contribs` with one thread, and how far the two differ at most. */
const { values } = parseArgs({
  options: {
    trees: { type: 'string', default: '300' },
    depth: { type: 'string', default: '6' },
    rows: { type: 'string', default: '500' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'tidegate-explain-'));
try {
  const { python, env } = await ensurePython();
  const script = fileURLToPath(new URL('explain-model.py', import.meta.url));
  const { code, output } = await run(python, [script, folder, values.trees, values.depth, values.rows], { env });
  if (code !== 0) throw new Error(`explain-model.py ended with ${code}: ${output.slice(-2000)}`);
  const theirs = Number(output.trim().split('\n').at(-1));
  const read = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8')) as number[][];
  const [rows, wanted] = await Promise.all([read('rows.json'), read('contributions.json')]);
  const model = readModel(await readFile(join(folder, 'model.ubj')));
  const explain = treeExplainer(model, rows[0]?.length ?? 0);
  // the first rows are slow: they are compiled
  for (const row of rows.slice(0, 20)) explain(row);
  const started = performance.now();
  const found = rows.map((row) => explain(row));
  const ours = (performance.now() - started) / rows.length;
  const difference = found.reduce((most, [one], i) => {
    const all = [...(one?.parts ?? []), one?.expected ?? Number.NaN];
    return Math.max(most, ...all.map((value, at) => Math.abs(value - (wanted[i]?.[at] ?? Number.NaN))));
  }, 0);
  console.log(`${values.trees} trees of depth ${values.depth}, ${nodesOf(model)} nodes, ${rows.length} rows`);
  console.log(`ours     ${ours.toFixed(2)} ms a row`);
  console.log(`XGBoost  ${theirs.toFixed(2)} ms a row, one thread`);
  console.log(`largest difference of a contribution: ${difference.toExponential(1)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
