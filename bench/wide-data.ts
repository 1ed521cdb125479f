import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createRandom } from '#domain/random';
import { unreachable } from '#domain/unreachable';

/** The kinds of columns of the wide data, in turn. */
const kinds = [
  'number',
  'number',
  'category',
  'number',
  'missing',
  'number',
  'category',
  'boolean',
  'number',
  'number',
] as const;
type WideKind = (typeof kinds)[number];
const kindOf = (i: number): WideKind => kinds[i % kinds.length] ?? 'number';
const levels = ['red', 'green', 'blue', 'violet', 'orange', 'brown'] as const;
/** The label depends on the first columns only. */
const telling = 8;

/** The pipeline of the wide data, as the text of its file. It declares no id. */
export function widePipeline(columns: number): string {
  const specs: Record<WideKind, string> = {
    number: '{ role: feature, type: number }',
    missing: '{ role: feature, type: number, impute: median, indicator: true }',
    category: '{ role: feature, type: category, encode: onehot }',
    boolean: '{ role: feature, type: boolean }',
  };
  const declared = Array.from({ length: columns }, (_, i) => `    c${i}: ${specs[kindOf(i)]}`);
  return `name: wide
description: Columns without end, of which a few say something.
dataset:
  format: csv
  label: { column: outcome, positive: 1, negative: 0 }
  columns:
${declared.join('\n')}
training: { hyperparameters: { num_round: 30, eta: 0.2, max_depth: 4, tree_method: hist } }
evaluation:
  task: binary
  gates:
    - { metric: auc, min: 0.6 }
registry: { approval: manual }
`;
}

/** A field of the kind for a number from 0 to 1. */
function fieldOf(kind: WideKind, value: number): string {
  switch (kind) {
    case 'number':
      return value.toFixed(4);
    case 'missing':
      return value < 0.2 ? '' : (100 * value).toFixed(2);
    case 'category':
      return levels[Math.floor(value * levels.length)] ?? '';
    case 'boolean':
      return value < 0.5 ? 'no' : 'yes';
    default:
      return unreachable(kind, 'kind of wide data');
  }
}

/** Writes wide data as CSV: the same columns, rows and seed give the same bytes. */
export async function writeWideData(file: string, columns: number, rows: number, seed = 1): Promise<void> {
  const random = createRandom(seed);
  const uniform = () => random.below(1_000_000) / 1_000_000;
  const out = createWriteStream(file);
  out.write(`outcome,${Array.from({ length: columns }, (_, i) => `c${i}`).join(',')}\n`);
  for (let row = 0; row < rows; row++) {
    let score = 0;
    const fields = Array.from({ length: columns }, (_, i): string => {
      const value = uniform();
      if (i < telling) score += value - 0.5;
      return fieldOf(kindOf(i), value);
    });
    const outcome = uniform() < 1 / (1 + Math.exp(-4 * score)) ? 1 : 0;
    if (!out.write(`${outcome},${fields.join(',')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}
