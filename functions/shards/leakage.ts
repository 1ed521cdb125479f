import { type FeatureColumn, featureColumns } from '#domain/data/columns';
import { labelClasses } from '#domain/data/label';
import { mergedSampleSql, sampleSizes } from '#domain/data/sample';
import { shownList } from '#domain/data/shown';
import { DataQualityError } from '#domain/errors';
import { examineLeakage, type LeakageResult, type LeakageSample } from '#domain/leakage/registry';
import { ident } from '#domain/sql/literals';
import type { OpenEngine } from '#functions/shards/duckdb';
import type { Pipeline } from '#schemas/pipeline';
import type { LeakageFinding } from '#schemas/records/fitted-transform';

const columnsAtOnce = 50;

/** How many sampled rows the checks look at: fewer where there are many columns, so that the work grows with neither. */
const sampledRows = (columns: number): number => Math.min(8000, Math.max(1000, Math.floor(1_000_000 / columns)));

/** A column that says something about the label by itself. No text does before its words are counted. */
type Measurable = FeatureColumn & { readonly kind: LeakageSample['columns'][number]['kind'] };
const isMeasurable = (column: FeatureColumn): column is Measurable => column.kind !== 'text';

const asTime = (value: unknown): number | null => (typeof value === 'string' ? Date.parse(value) : null);

/**
 * Columns of the sampled training rows that give the label away, without those that the pipeline allows, and what each column alone says
 * about the label.
 */
export async function checkLeakage(
  engine: OpenEngine,
  pipeline: Pipeline,
  samples: string,
  rows: number,
): Promise<LeakageResult> {
  const features = featureColumns(pipeline).filter(isMeasurable);
  const task = 'check for leakage';
  const sample = `(SELECT * FROM ${mergedSampleSql('train', samples, sampleSizes(features.length))} ORDER BY _hash LIMIT ${sampledRows(features.length)})`;
  const hasTime = pipeline.dataset.time !== undefined;
  const head = await engine.query(task, `SELECT _label${hasTime ? ', _time' : ''} FROM ${sample} ORDER BY _hash`);
  const columns: LeakageSample['columns'][number][] = [];
  for (let first = 0; first < features.length; first += columnsAtOnce) {
    const some = features.slice(first, first + columnsAtOnce);
    const fields = some.map(({ name }, i) => `${ident(name)} AS c${i}`).join(', ');
    const found = await engine.query(task, `SELECT ${fields} FROM ${sample} ORDER BY _hash`);
    some.forEach(({ name, kind }, i) => {
      const values = found.map((row) => {
        const value = row[`c${i}`] ?? null;
        return kind === 'datetime' ? asTime(value) : typeof value === 'bigint' ? Number(value) : value;
      });
      columns.push({ name, kind, values });
    });
  }
  const { allow = [] } = pipeline.leakage ?? {};
  const { findings, skills } = examineLeakage({
    columns,
    labels: Float64Array.from(head, (row) => Number(row['_label'])),
    classes: labelClasses(pipeline).length,
    rows,
    times: hasTime ? head.map((row) => asTime(row['_time'])) : undefined,
  });
  return { findings: findings.filter(({ column }) => !allow.includes(column)), skills };
}

/** The error that ends a run whose pipeline refuses columns that give the label away; undefined when it goes on. */
export function leakageRefusal({ leakage }: Pipeline, found: readonly LeakageFinding[]): DataQualityError | undefined {
  if (leakage?.action !== 'refuse' || found.length === 0) return undefined;
  const named = shownList(
    found.map(({ column, reason }) => `"${column}": ${reason}`),
    20,
    '; ',
  );
  return new DataQualityError(
    `${found.length === 1 ? 'A column seems' : 'Columns seem'} to be known only after the outcome. ${named}. ` +
      'Give them the role ignore, or, where they are known when a prediction is made, list them under leakage.allow.',
  );
}
