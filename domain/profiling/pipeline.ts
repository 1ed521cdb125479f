import type { ColumnSource } from '#domain/data/column-spec';
import { idLike } from '#domain/leakage/id-like';
import { auc } from '#domain/metrics/auc';
import { aucOvrMacro } from '#domain/metrics/auc-ovr-macro';
import { r2 } from '#domain/metrics/r2';
import type { MetricName } from '#domain/metrics/registry';
import { formatCount, formatNumber, formatPercent } from '#domain/text/format-number';
import { unreachable } from '#domain/unreachable';
import type { LeakageFinding } from '#schemas/records/fitted-transform';
import type { Dialect } from './dialect.ts';
import { suggestEmbeddings } from './embeddings.ts';
import type { LabelProposal, ReadColumn } from './label.ts';
import { isDated, type RoleProposal } from './roles.ts';

/** What is known of a file when a pipeline is proposed for it. */
export interface ProfiledFile {
  readonly format: 'csv' | 'jsonl' | 'parquet';
  /** CSV only. */
  readonly dialect?: Dialect;
  readonly encoding?: string;
  /** All rows of the file, and those that were looked at. */
  readonly rows: number;
  readonly sampled: number;
  /** Lines that are no rows. */
  readonly malformed: number;
  /** Whether blanks stand around values. */
  readonly blanks: boolean;
  readonly columns: readonly ReadColumn[];
  /** Where a column is found, if not under its name: an empty or repeated name, by its position. */
  readonly sources: ReadonlyMap<string, ColumnSource>;
}

/** What the columns say of the label, measured on a sample. */
export interface Measured {
  readonly findings: readonly LeakageFinding[];
  readonly together?: number;
}

/** A setting with the reason for it. */
export interface Reasoned<T> {
  readonly value: T;
  readonly because?: string;
  readonly doubt?: string;
}

/** A pipeline as proposed, setting by setting. */
export interface PipelineProposal {
  readonly name: string;
  readonly format: ProfiledFile['format'];
  readonly csv?: Reasoned<Readonly<Record<string, unknown>>>;
  readonly nullValues?: Reasoned<readonly string[]>;
  readonly trim?: Reasoned<true>;
  readonly label: Reasoned<Readonly<Record<string, unknown>>>;
  readonly id?: Reasoned<string>;
  readonly time?: Reasoned<string>;
  readonly from?: Readonly<Record<string, unknown>>;
  readonly columns: readonly (Reasoned<Readonly<Record<string, unknown>>> & { readonly name: string })[];
  readonly embeddings?: Reasoned<Readonly<Record<string, string>>>;
  readonly maxMalformedFraction?: Reasoned<number>;
  readonly minRows?: Reasoned<number>;
  readonly split: Reasoned<Readonly<Record<string, unknown>>>;
  readonly imbalance?: Reasoned<'none'>;
  readonly task: Reasoned<LabelProposal['task']>;
  readonly gates: readonly Reasoned<Readonly<Record<string, unknown>>>[];
}

/** A gate asks for this much less than the quick baseline reaches, and a candidate may be this much worse than the champion. */
const margins = { area: 0.05, r2: 0.1, champion: 0.01 } as const;
/** The least that a gate asks for: a little more than chance. */
const least = { area: 0.52, r2: 0.01 } as const;
const usualMalformed = 0.01;
const usualMinRows = 100;

const downTo = (value: number, step: number): number => Number((Math.floor(value / step + 1e-9) * step).toFixed(6));

function csvSettings({ dialect, encoding }: ProfiledFile): Reasoned<Readonly<Record<string, unknown>>> | undefined {
  if (!dialect) return undefined;
  const { delimiter, quote, escape: escaping, header, skipLines, fields } = dialect;
  const value = {
    ...(delimiter === ',' ? {} : { delimiter }),
    ...(quote === '"' ? {} : { quote }),
    ...(escaping === undefined ? {} : { escape: escaping }),
    ...(encoding === undefined || encoding === 'utf-8' ? {} : { encoding }),
    ...(skipLines === 0 ? {} : { skipLines }),
    ...(header ? {} : { header: false, names: fields }),
  };
  if (Object.keys(value).length === 0) return undefined;
  return {
    value,
    ...(header
      ? {}
      : {
          because: 'the first line seems to be a row',
          doubt: 'give the columns names that say what they are, here and below',
        }),
  };
}

/** The metric that a task is judged by, and what a gate asks of it. */
function gatesOf(
  task: LabelProposal['task'],
  together: number | undefined,
): readonly Reasoned<Readonly<Record<string, unknown>>>[] {
  const { metric, unit } = metricOf(task);
  const floor = least[unit];
  const min = together === undefined ? floor : Math.max(floor, downTo(together - margins[unit], 0.01));
  const because =
    together === undefined
      ? 'too few rows for a quick baseline: raise it after the first run'
      : `a quick linear baseline has ${formatNumber(together)}`;
  return [
    { value: { metric, min }, because },
    { value: { metric, vsChampion: { notWorseBy: margins.champion } }, because: 'not worse than the model in service' },
  ];
}

function metricOf(task: LabelProposal['task']): { readonly metric: MetricName; readonly unit: 'area' | 'r2' } {
  switch (task) {
    case 'binary':
      return { metric: auc.name, unit: 'area' };
    case 'multiclass':
      return { metric: aucOvrMacro.name, unit: 'area' };
    case 'regression':
      return { metric: r2.name, unit: 'r2' };
    default:
      return unreachable(task, 'task');
  }
}

/** The words for "missing" of all columns. */
const wordsOf = (columns: readonly ReadColumn[]): string[] =>
  [...new Set(columns.flatMap(({ kind }) => kind.nullWords))].sort();

/** The bound of malformed rows: above the share of the rows that the proposal cannot use; undefined where the usual bound allows them. */
function malformedBound(
  file: ProfiledFile,
  label: LabelProposal,
  roles: readonly RoleProposal[],
): Reasoned<number> | undefined {
  const used = new Set(
    roles.flatMap(({ name, use, spec }) =>
      use === 'column' && ['ignore', 'pii'].includes(String(spec['role'])) ? [] : [name],
    ),
  );
  const unread = file.columns
    .filter(({ facts }) => used.has(facts.name) && facts.name !== label.column)
    .reduce((sum, { kind }) => sum + kind.unread, 0);
  const broken = file.malformed / Math.max(1, file.rows);
  if (broken > usualMalformed)
    return {
      value: usualMalformed,
      because: `${formatPercent(broken)} of the lines are malformed`,
      doubt: 'a drop of this file is refused: mend its quotes or what breaks its lines, or say how it is written',
    };
  const share = (label.unlabelled + unread) / Math.max(1, file.sampled);
  if (share <= usualMalformed * 0.8) return undefined;
  const value = Math.min(1, Math.ceil(share * 1.25 * 100) / 100);
  return {
    value,
    because: `about ${formatPercent(Math.min(1, share))} of the rows cannot be used: they have no label, or values that cannot be read`,
  };
}

/**
 * The pipeline for a file: every setting with its reason.
 *
 * @param roles what each column is; columns in `measured.findings` are left unread
 */
export function proposePipeline(
  name: string,
  file: ProfiledFile,
  label: LabelProposal,
  roles: readonly RoleProposal[],
  { findings, together }: Measured,
): PipelineProposal {
  const sourceOf = (column: string) => {
    const position = file.sources.get(column);
    return position === undefined ? {} : { from: position };
  };
  const used = (use: RoleProposal['use']) => roles.find((role) => role.use === use);
  const [id, time] = [used('id'), used('time')];
  const reasons = ({ because, doubt }: RoleProposal) => ({ because, ...(doubt === undefined ? {} : { doubt }) });
  const leaks = new Map(findings.map((finding) => [finding.column, finding]));
  const columns = roles
    .filter(({ use, spec }) => use === 'column' || (use === 'time' && Object.keys(spec).length > 1))
    .map((role) => {
      const leak = role.use === 'column' && role.spec['role'] === 'feature' ? leaks.get(role.name) : undefined;
      if (leak === undefined)
        return { name: role.name, value: { ...role.spec, ...sourceOf(role.name) }, ...reasons(role) };
      return {
        name: role.name,
        value: { role: 'ignore', ...sourceOf(role.name) },
        because: leak.reason,
        ...(leak.check === idLike.name
          ? {}
          : { doubt: 'is it known when a prediction is made? Then make it a feature and list it under leakage.allow' }),
      };
    });
  const placed = [id, time].flatMap((role) =>
    role && file.sources.has(role.name) ? [[role.name, file.sources.get(role.name)] as const] : [],
  );
  const words = wordsOf(file.columns);
  const csv = csvSettings(file);
  const embeddings = suggestEmbeddings(
    columns,
    roles.map((role) => role.name),
  );
  const malformed = malformedBound(file, label, roles);
  const dated = isDated(file.columns, roles);
  return {
    name,
    format: file.format,
    ...(csv ? { csv } : {}),
    ...(words.length === 0
      ? {}
      : { nullValues: { value: ['', ...words], because: 'words for "missing" in this file' } }),
    ...(file.blanks ? { trim: { value: true as const, because: 'blanks stand around values' } } : {}),
    label: {
      value: { column: label.column, ...sourceOf(label.column), ...label.settings },
      because: label.because,
      ...(label.doubt === undefined ? {} : { doubt: label.doubt }),
    },
    ...(id ? { id: { value: id.name, ...reasons(id) } } : {}),
    // where its reading is set, the reason and the question stand there
    ...(time
      ? { time: { value: time.name, ...(columns.some(({ name: own }) => own === time.name) ? {} : reasons(time)) } }
      : {}),
    ...(placed.length === 0 ? {} : { from: Object.fromEntries(placed) }),
    columns,
    ...(Object.keys(embeddings).length === 0
      ? {}
      : {
          embeddings: {
            value: embeddings,
            because: 'numbers that are counted under one name',
            doubt: 'are they one embedding? Drift checks then compare them as a whole. Otherwise remove this line',
          },
        }),
    ...(malformed ? { maxMalformedFraction: malformed } : {}),
    ...(file.rows >= 2 * usualMinRows
      ? {}
      : {
          minRows: {
            value: Math.max(1, Math.floor(file.rows / 2)),
            because: `this file has ${formatCount(file.rows)} rows`,
          },
        }),
    split: dated
      ? {
          value: { strategy: 'time', train: 0.7, validation: 0.15, test: 0.15 },
          because: 'rows are dated: the model is judged on the latest, as it will be used',
        }
      : { value: { train: 0.7, validation: 0.15, test: 0.15 }, because: 'by class; the same values stay on one side' },
    ...(label.task === 'binary' ? { imbalance: { value: 'none' as const, because: 'scores stay probabilities' } } : {}),
    task: { value: label.task },
    gates: gatesOf(label.task, together),
  };
}
