import { type FeatureColumn, featureColumns } from '#domain/data/columns';
import { labelClasses } from '#domain/data/label';
import { mergedSampleSql, sampleSizes } from '#domain/data/sample';
import { shownList } from '#domain/data/shown';
import { DataQualityError } from '#domain/errors';
import { examineLeakage, type LeakageResult, type LeakageSample } from '#domain/leakage/registry';
import { type SampledDistribution, sampledDistribution } from '#domain/profiling/sampled-distribution';
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

/** What the sampled training rows say about the label, and how their values are distributed. */
export interface SampledInputs extends LeakageResult {
  /** Sampled rows. */
  readonly rows: number;
  /** By model input; the label is one of them where it is a number. */
  readonly distributions: ReadonlyMap<string, SampledDistribution>;
}

/**
 * Columns of the sampled training rows that give the label away, without those that the pipeline allows, what each column alone says
 * about the label, and how its values are distributed.
 */
export async function checkLeakage(
  engine: OpenEngine,
  pipeline: Pipeline,
  samples: string,
  rows: number,
): Promise<SampledInputs> {
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
  const labels = Float64Array.from(head, (row) => Number(row['_label']));
  const classes = labelClasses(pipeline).length;
  const times = hasTime ? head.map((row) => asTime(row['_time'])) : undefined;
  const { findings, ...measured } = examineLeakage({ columns, labels, classes, rows, times });
  const { column } = pipeline.dataset.label;
  const drawn = classes > 0 ? columns : [...columns, { name: column, kind: 'number' as const, values: [...labels] }];
  return {
    ...measured,
    findings: findings.filter((finding) => !allow.includes(finding.column)),
    rows: labels.length,
    distributions: new Map(drawn.map((own) => [own.name, sampledDistribution(own)])),
  };
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
