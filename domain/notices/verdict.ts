import { findGateKind } from '#domain/gates/registry';
import { METRICS } from '#domain/metrics/registry';
import { artifactKeys } from '#domain/runs/layout';
import { composeMessage, type Message, type Table } from '#domain/slack/message';
import type { Inline } from '#domain/slack/rich-text';
import { formatCount } from '#domain/text/format-number';
import { counted, decimal } from '#domain/text/numbers';
import {
  type Estimate,
  type Evaluation,
  evaluationSchema,
  type GateResult as RecordedGate,
  verdictSchema,
} from '#schemas/records/evaluation';
import { championSchema, runPointerSchema } from '#schemas/records/run';
import { defineNotice } from './notice.ts';

export interface GateResult {
  readonly name: string;
  /** NaN when there was nothing to compare with. */
  readonly value: number;
  readonly bound: number;
  readonly interval?: readonly [low: number, high: number];
  /** The words before the value when it is a bound of what was measured, such as "at least". */
  readonly prefix?: string;
  readonly passed: boolean;
  readonly reason: string;
}
export interface MetricResult {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** How the interval was found; `none` where there is none. */
  readonly interval?: Estimate['interval'];
  /** The champion's value on the same holdout. */
  readonly champion?: number;
}

/** The gates' verdict on a candidate. */
export interface Verdict {
  readonly pipeline: string;
  readonly runId: string;
  readonly passed: boolean;
  readonly gates: readonly GateResult[];
  readonly metrics: readonly MetricResult[];
  /** What readers should know that no gate judged. */
  readonly warnings?: readonly string[];
  /** On which rows the champion was compared, where these are not the whole holdout. */
  readonly comparedOn?: string;
  /** Web address of the report. */
  readonly reportUrl: string;
  /** Constraints that the drop did not meet, and why. */
  readonly unmet?: readonly { readonly constraint: string; readonly reason: string }[];
  /** The model that stays in service when the candidate failed, such as `model package 7`. */
  readonly championKept?: string;
}

const range = (low: number, high: number): string => `${decimal(low)} – ${decimal(high)}`;

function gateLine(gate: GateResult): Inline[] {
  // without a champion there is no difference to show
  if (Number.isNaN(gate.value)) return [gate.passed ? '✓ ' : '✗ ', { code: gate.name }, `: ${gate.reason}`];
  const interval = gate.interval === undefined ? '' : ` · interval ${range(...gate.interval)}`;
  const why = gate.passed || gate.reason === '' ? '' : `: ${gate.reason}`;
  return [
    gate.passed ? '✓ ' : '✗ ',
    { code: gate.name },
    ` ${gate.prefix === undefined ? '' : `${gate.prefix} `}${decimal(gate.value)} · bound ${decimal(gate.bound)}${interval}${why}`,
  ];
}

function metricTable(metrics: readonly MetricResult[]): Table {
  const compared = metrics.some(({ champion }) => champion !== undefined);
  return {
    columns: ['metric', 'candidate', 'interval', ...(compared ? ['champion'] : [])],
    rows: metrics.map(({ name, value, low, high, interval, champion }) => [
      name,
      decimal(value),
      interval === 'none' ? '–' : range(low, high),
      ...(compared ? [champion === undefined ? '–' : decimal(champion)] : []),
    ]),
  };
}

/** At most this many constraints are listed; the report has all. */
const listedConstraints = 5;

function unmetPart(unmet: NonNullable<Verdict['unmet']>): { title: string; lines: Inline[][] }[] {
  if (unmet.length === 0) return [];
  const lines = unmet
    .slice(0, listedConstraints)
    .map(({ constraint, reason }): Inline[] => ['⚠️ ', { code: constraint }, `: ${reason}`]);
  const more = unmet.length - listedConstraints;
  return [
    {
      title: 'Constraints of the drop that are not met',
      lines: more > 0 ? [...lines, [`and ${more} more, in the report`]] : lines,
    },
  ];
}

const passedText = (gates: number): string => (gates === 1 ? 'Its gate passed.' : `All ${gates} gates passed.`);

/** Failed gates come first because they matter most. */
export function verdictMessage(verdict: Verdict): Message {
  const failed = verdict.gates.filter(({ passed }) => !passed);
  const gates = [...failed, ...verdict.gates.filter(({ passed }) => passed)];
  const outcome = verdict.passed
    ? passedText(verdict.gates.length)
    : `${failed.length} of ${counted(verdict.gates.length, 'gate')} failed, so this model is not registered.`;
  const kept = verdict.championKept === undefined ? '' : ` Still in service: ${verdict.championKept}.`;
  return composeMessage({
    heading: verdict.passed
      ? `✅ ${verdict.pipeline}: the candidate passed`
      : `⛔ ${verdict.pipeline}: the candidate failed`,
    summary: outcome + kept,
    parts: [
      { title: 'Gates', lines: gates.map(gateLine) },
      ...unmetPart(verdict.unmet ?? []),
      { title: 'Metrics on the holdout', table: metricTable(verdict.metrics) },
      ...(verdict.warnings?.length ? [{ title: 'Warnings', lines: verdict.warnings.map((line) => [line]) }] : []),
      ...(verdict.comparedOn === undefined ? [] : [{ title: 'Comparison', lines: [[verdict.comparedOn]] }]),
    ],
    footer: [['Run ', { code: verdict.runId }], { link: { url: verdict.reportUrl, label: 'Report' } }],
  });
}

export const verdict = defineNotice({
  name: 'verdict',
  summary: 'The gates have judged a candidate.',
  event: { run: runPointerSchema },
  example: { run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' } },
  address: ({ run }) => ({ key: run.runId, run }),
  async load({ artifacts, link, store }, { run }) {
    const keys = artifactKeys(run);
    const champion = await store.get(run.pipeline, 'champion');
    return {
      verdict: await artifacts.readJson(keys.verdict, verdictSchema),
      evaluation: await artifacts.readJson(keys.evaluation, evaluationSchema),
      champion: champion && championSchema.parse(champion),
      reportUrl: link(keys.report),
    };
  },
  severity: {
    among: ['info', 'warning'],
    of: (_, { verdict: { passed } }) => (passed ? 'info' : 'warning'),
  },
  message: ({ run }, { verdict: { passed, gates, warnings = [], unmet = [] }, evaluation, champion, reportUrl }) =>
    verdictMessage({
      ...run,
      passed,
      gates: gates.map((gate) => gateOf(gate, evaluation)),
      metrics: metricsOf(evaluation),
      reportUrl,
      warnings,
      unmet,
      ...comparedOn(evaluation),
      ...(champion && !passed ? { championKept: `model package ${champion.modelPackageVersion}` } : {}),
    }),
});

function gateOf(recorded: RecordedGate, evaluation: Evaluation): GateResult {
  const { gate, kind, value, bound, interval, passed, reason } = recorded;
  const shown = findGateKind(kind)?.show?.(recorded, { evaluation, champion: undefined, metrics: METRICS });
  return {
    name: gate,
    value: value ?? Number.NaN,
    bound,
    ...(interval ? { interval: [interval.low, interval.high] as const } : {}),
    ...(shown?.prefix === undefined ? {} : { prefix: shown.prefix }),
    passed,
    reason,
  };
}

function comparedOn({ comparison, champion, n }: Evaluation): { comparedOn?: string } {
  if (!champion || comparison === undefined || comparison.rows === n) return {};
  return {
    comparedOn: `The champion's values are of the ${formatCount(comparison.rows)} of ${formatCount(n)} holdout rows that it was not trained on.`,
  };
}

const metricsOf = ({ metrics, champion }: Evaluation): MetricResult[] =>
  Object.entries(metrics).map(([name, estimate]) => {
    const other = champion?.metrics[name];
    return { name, ...estimate, ...(other ? { champion: other.value } : {}) };
  });
