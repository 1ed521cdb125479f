import { artifactKeys } from '#domain/runs/layout';
import { composeMessage, type Message, type Table } from '#domain/slack/message';
import type { Inline } from '#domain/slack/rich-text';
import { counted, decimal } from '#domain/text/numbers';
import {
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
  readonly passed: boolean;
  readonly reason: string;
}
export interface MetricResult {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
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
  readonly reportUri: string;
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
    ` ${decimal(gate.value)} · bound ${decimal(gate.bound)}${interval}${why}`,
  ];
}

function metricTable(metrics: readonly MetricResult[]): Table {
  const compared = metrics.some(({ champion }) => champion !== undefined);
  return {
    columns: ['metric', 'candidate', 'interval', ...(compared ? ['champion'] : [])],
    rows: metrics.map(({ name, value, low, high, champion }) => [
      name,
      decimal(value),
      range(low, high),
      ...(compared ? [champion === undefined ? '–' : decimal(champion)] : []),
    ]),
  };
}

/** Failed gates come first because they matter most. */
export function verdictMessage(verdict: Verdict): Message {
  const failed = verdict.gates.filter(({ passed }) => !passed);
  const gates = [...failed, ...verdict.gates.filter(({ passed }) => passed)];
  const outcome = verdict.passed
    ? `All ${counted(verdict.gates.length, 'gate')} passed.`
    : `${failed.length} of ${counted(verdict.gates.length, 'gate')} failed, so this model is not registered.`;
  const kept = verdict.championKept === undefined ? '' : ` Still in service: ${verdict.championKept}.`;
  return composeMessage({
    heading: verdict.passed
      ? `✅ ${verdict.pipeline}: the candidate passed`
      : `⛔ ${verdict.pipeline}: the candidate failed`,
    summary: outcome + kept,
    parts: [
      { title: 'Gates', lines: gates.map(gateLine) },
      { title: 'Metrics on the holdout', table: metricTable(verdict.metrics) },
    ],
    footer: [
      ['Run ', { code: verdict.runId }],
      ['Report ', { code: verdict.reportUri }],
    ],
  });
}

export const verdict = defineNotice({
  name: 'verdict',
  summary: 'The gates have judged a candidate.',
  event: { run: runPointerSchema },
  example: { run: { pipeline: 'loan-default', runId: '20260131-101500-4f2a' } },
  address: ({ run }) => ({ key: run.runId, run }),
  async load({ artifacts, store }, { run }) {
    const keys = artifactKeys(run);
    const champion = await store.get(run.pipeline, 'champion');
    return {
      verdict: await artifacts.readJson(keys.verdict, verdictSchema),
      evaluation: await artifacts.readJson(keys.evaluation, evaluationSchema),
      champion: champion && championSchema.parse(champion),
      reportUri: artifacts.uri(keys.report),
    };
  },
  message: ({ run }, { verdict: { passed, gates }, evaluation, champion, reportUri }) =>
    verdictMessage({
      ...run,
      passed,
      gates: gates.map(gateOf),
      metrics: metricsOf(evaluation),
      reportUri,
      ...(champion && !passed ? { championKept: `model package ${champion.modelPackageVersion}` } : {}),
    }),
});

const gateOf = ({ gate, value, bound, interval, passed, reason }: RecordedGate): GateResult => ({
  name: gate,
  value: value ?? Number.NaN,
  bound,
  ...(interval ? { interval: [interval.low, interval.high] as const } : {}),
  passed,
  reason,
});

const metricsOf = ({ metrics, champion }: Evaluation): MetricResult[] =>
  Object.entries(metrics).map(([name, estimate]) => {
    const other = champion?.metrics[name];
    return { name, ...estimate, ...(other ? { champion: other.value } : {}) };
  });
