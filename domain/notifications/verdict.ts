import { composeMessage, type Message, type Table } from './message.ts';
import { counted, decimal } from './numbers.ts';
import type { Inline } from './rich-text.ts';

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

/** The gates have judged a candidate. */
export interface Verdict {
  readonly pipeline: string;
  readonly runId: string;
  readonly passed: boolean;
  readonly gates: readonly GateResult[];
  readonly metrics: readonly MetricResult[];
  readonly reportUri: string;
  /** What stays in service when the candidate failed, as `model package 7`. */
  readonly championKept?: string;
}

const range = (low: number, high: number): string => `${decimal(low)} – ${decimal(high)}`;

function gateLine(gate: GateResult): Inline[] {
  // a comparison with nobody has no number to show
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

/** Failed gates come first: they are why one reads on. */
export function verdictMessage(verdict: Verdict): Message {
  const failed = verdict.gates.filter(({ passed }) => !passed);
  const gates = [...failed, ...verdict.gates.filter(({ passed }) => passed)];
  const outcome = verdict.passed
    ? `All ${counted(verdict.gates.length, 'gate')} passed.`
    : `${failed.length} of ${counted(verdict.gates.length, 'gate')} failed, so this model goes no further.`;
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
