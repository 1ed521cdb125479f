import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildBaseline, buildWindow, type RowsInput } from '#domain/drift/baseline';
import { compareWindow } from '#domain/drift/compare';
import { frequentCategories } from '#domain/drift/histogram';
import { thresholdsOf } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { createRandom, type Random } from '#domain/random';
import type { Baseline } from '#schemas/records/baseline';
import {
  drawBaseline,
  drawValues,
  drawWindow,
  type Model,
  normal,
  table,
} from '../test/domain/drift/support/simulation.ts';
import { pythonWithOtherTools } from './other-tools.ts';
import { shareText } from './proportion.ts';

/**
 * False alarms and the smallest shift that is found, beside Evidently and NannyML with their defaults on the same windows. The reference has
 * 5,000 rows, or ten windows if that is more, because NannyML makes its thresholds of the reference's chunks.
 */
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '50,200,1000,5000' },
    references: { type: 'string', default: '5' },
    windows: { type: 'string', default: '20' },
    python: { type: 'string' },
    /** Without the other tools. */
    alone: { type: 'boolean', default: false },
  },
});
const sizes = options.rows.split(',').map(Number);
const [references, windows] = [Number(options.references), Number(options.windows)];
const widths = [5, 50] as const;
const tools = ['tidegate', 'evidently', 'nannyml'] as const;
/** Moves of the mean, in standard deviations. */
const shifts = [
  ...Array.from({ length: 20 }, (_, i) => (i + 1) / 20),
  ...Array.from({ length: 5 }, (_, i) => 1.1 + i / 10),
];
const { falseAlarmRate, ...section } = driftSchema.parse({ schedule: 'rate(1 day)' });
const judge = { thresholds: thresholdsOf(section), falseAlarmRate, minRows: 1 };

type Column = { readonly kind: Model['kind']; readonly values: Float64Array };
/** Rows as tables have them: categories by their names. */
const rowsOf = (columns: readonly Column[], from: number, to: number): RowsInput => ({
  rows: to - from,
  columns: columns.map(({ kind, values }, i) => {
    const part = values.subarray(from, to);
    return kind === 'number'
      ? { column: `x${i}`, kind, values: part }
      : { column: `x${i}`, kind, values: Array.from(part, (value) => (Number.isNaN(value) ? null : `c${value}`)) };
  }),
});

interface Answers {
  /** By window and column. */
  readonly evidently: readonly (readonly boolean[])[];
  readonly nannyml: readonly (readonly boolean[])[];
}

const folder = mkdtempSync(join(tmpdir(), 'drift-power-'));
const script = fileURLToPath(new URL('drift-others.py', import.meta.url));
const child = options.alone
  ? undefined
  : spawn(pythonWithOtherTools(options.python), [script], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = child && createInterface({ input: child.stdout })[Symbol.asyncIterator]();
async function answer<T>(): Promise<T> {
  const next = await answers?.next();
  if (next === undefined || next.done)
    throw new Error('the script of the other tools has ended: see its message above');
  return JSON.parse(next.value) as T;
}
async function askOthers(
  columns: readonly Column[],
  rows: number,
  reference: number,
  check: boolean,
): Promise<Answers> {
  if (child === undefined) return { evidently: [], nannyml: [] };
  const path = join(folder, 'values.bin');
  writeFileSync(path, Buffer.concat(columns.map(({ values }) => Buffer.from(values.buffer))));
  const categories = columns.flatMap(({ kind }, i) => (kind === 'category' ? [i] : []));
  child.stdin.write(`${JSON.stringify({ path, rows, reference, columns: columns.length, categories, check })}\n`);
  return answer();
}

const draw = (models: readonly Model[], rows: number, random: Random): Column[] =>
  models.map((model) => ({ kind: model.kind, values: drawValues(model, rows, random) }));
/** A baseline whose categories are those of other rows, as at training. */
function baselineOf(columns: readonly Column[], models: readonly Model[], rows: number, random: Random): Baseline {
  const { columns: named } = rowsOf(columns, 0, rows);
  const chosen = named.map((own, i) => {
    if (own.kind === 'number') return own;
    const [others] = rowsOf(draw([models[i] as Model], 2000, random), 0, 2000).columns;
    return { ...own, categories: frequentCategories(others?.values as readonly (string | null)[]) };
  });
  return buildBaseline({ rows, columns: chosen });
}
const referenceRows = (rows: number): number => Math.max(5000, 10 * rows);
const some = (found: readonly boolean[]): boolean => found.some(Boolean);

/** Windows without drift that alarm: by any column, and by half of them, which is Evidently's default for a table. */
async function falseAlarms(rows: number, seed: number) {
  const counts = widths.map(() => ({ tidegate: 0, evidently: 0, nannyml: 0, half: 0 }));
  const random = createRandom(seed);
  const reference = referenceRows(rows);
  for (let group = 0; group < references; group++) {
    const models = table(Math.max(...widths));
    const columns = draw(models, reference + windows * rows, random);
    const others = await askOthers(columns, rows, reference, false);
    for (const [at, width] of widths.entries()) {
      const own = columns.slice(0, width);
      const baseline = baselineOf(own, models, reference, random);
      const count = counts[at] as (typeof counts)[number];
      for (let i = 0; i < windows; i++) {
        const from = reference + i * rows;
        const window = buildWindow(baseline, rowsOf(own, from, from + rows));
        const [evidently, nannyml] = [others.evidently[i] ?? [], others.nannyml[i] ?? []].map((own) =>
          own.slice(0, width),
        );
        if (compareWindow({ baseline, window, ...judge }).drifted) count.tidegate += 1;
        if (some(evidently as boolean[])) count.evidently += 1;
        if (some(nannyml as boolean[])) count.nannyml += 1;
        if ((evidently as boolean[]).filter(Boolean).length >= width / 2) count.half += 1;
      }
    }
  }
  return counts;
}

/** The smallest shift that 80 % of windows show, by tool; of Tidegate among 5 and among 50 columns. The others judge each column alone. */
async function power(rows: number, seed: number) {
  const random = createRandom(seed);
  const reference = referenceRows(rows);
  const found = {
    evidently: shifts.map(() => 0),
    nannyml: shifts.map(() => 0),
    own: widths.map(() => shifts.map(() => 0)),
  };
  const add = (counts: number[], at: number, more: boolean | undefined): void => {
    counts[at] = (counts[at] as number) + Number(more);
  };
  for (let group = 0; group < references; group++) {
    const still = draw(
      shifts.map(() => normal()),
      reference,
      random,
    );
    const moved = draw(
      shifts.map((shift) => normal(shift)),
      windows * rows,
      random,
    );
    const columns = still.map(({ kind, values }, i) => ({
      kind,
      values: Float64Array.from([...values, ...(moved[i] as Column).values]),
    }));
    const others = await askOthers(columns, rows, reference, group === 0);
    const baseline = buildBaseline(rowsOf(columns, 0, reference));
    const models = table(Math.max(...widths));
    const steady = drawBaseline(models, reference, random);
    for (let i = 0; i < windows; i++) {
      const from = reference + i * rows;
      const window = buildWindow(baseline, rowsOf(columns, from, from + rows));
      const beside = drawWindow(steady, models, rows, random);
      for (const [at] of shifts.entries()) {
        add(found.evidently, at, others.evidently[i]?.[at]);
        add(found.nannyml, at, others.nannyml[i]?.[at]);
        for (const [which, width] of widths.entries()) {
          const among = <T extends { columns: unknown[] }>(one: T, all: T): T => ({
            ...one,
            columns: [one.columns[at], ...all.columns.slice(1, width)],
          });
          const report = compareWindow({ baseline: among(baseline, steady), window: among(window, beside), ...judge });
          add(found.own[which] as number[], at, report.columns[0]?.drifted);
        }
      }
    }
  }
  const smallest = (counts: readonly number[]): string => {
    const at = counts.findIndex((count) => count >= 0.8 * references * windows);
    return at < 0 ? 'none up to 1.5' : (shifts[at] as number).toFixed(2);
  };
  const others = options.alone ? ['–', '–'] : [found.evidently, found.nannyml].map(smallest);
  return [...found.own.map(smallest), ...others];
}

const line = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);
try {
  const all = references * windows;
  const versions = child && (await answer<Record<string, string>>());
  const beside = versions ? `Evidently ${versions['evidently']} and NannyML ${versions['nannyml']}, by default; ` : '';
  console.log(`${beside}${all} windows of each size, ${windows} a reference\n`);
  console.log('Windows without drift that alarm, with the exact 95 % interval\n');
  line(['rows', 'columns', ...tools, "Evidently's table (half of the columns)"]);
  line(['---', '---', '---', '---', '---', '---']);
  for (const rows of sizes) {
    for (const [at, count] of (await falseAlarms(rows, rows)).entries()) {
      const { tidegate, evidently, nannyml, half } = count;
      line([
        rows,
        widths[at] as number,
        ...[tidegate, evidently, nannyml, half].map((hits, i) => (i > 0 && options.alone ? '–' : shareText(hits, all))),
      ]);
    }
  }
  console.log('\nSmallest move of the mean of a normal column that 80 % of windows show, in standard deviations\n');
  line(['rows', 'Tidegate, of 5 columns', 'of 50 columns', 'Evidently', 'NannyML']);
  line(['---', '---', '---', '---', '---']);
  for (const rows of sizes) line([rows, ...(await power(rows, 1000 + rows))]);
  child?.stdin.end();
  if (child) await once(child, 'exit');
} finally {
  child?.kill();
  rmSync(folder, { recursive: true, force: true });
}
