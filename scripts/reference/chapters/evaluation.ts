import * as z from 'zod';
import { FAIRNESS_METRICS } from '#domain/fairness/registry';
import type { GateKind } from '#domain/gates/gate';
import { GATES } from '#domain/gates/registry';
import type { Metric } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import type { Chapter, Kind } from '../chapter.ts';
import { table } from '../entry.ts';
import { problemOf } from '../minimal-pipelines.ts';
import { jsonSchemaOf, settingsOf } from '../settings.ts';
import { code } from '../words.ts';
import { flow } from '../yaml.ts';

const yamlOf = (gate: unknown): string => `evaluation:\n  gates:\n    - ${flow(gate)}`;
const problem = (gate: unknown): string | undefined => problemOf({ evaluation: { gates: [gate] } });

function gateOf(kind: GateKind<unknown>): Kind {
  const { name, summary, example } = kind;
  const metric = z
    .string()
    .meta({ description: 'The metric it judges by, see [Metrics](#metrics).', examples: [example['metric']] });
  return {
    name,
    summary,
    settings: settingsOf(jsonSchemaOf(kind.schema(metric))),
    example,
    yaml: yamlOf(example),
    required: [],
    problem,
  };
}

const figure = (n: number): string => (Number.isFinite(n) ? String(n) : n < 0 ? '-∞' : '∞');
const metricRow = ({ name, label, summary, measure, higherIsBetter, range, example }: Metric): string[] => [
  code(name),
  label,
  summary,
  Object.keys(measure).join(', '),
  higherIsBetter ? 'higher' : 'lower',
  range.map(figure).join(' to '),
  code(example),
];

/** The kinds of gates, and the metrics they judge by. */
export const evaluationChapters = (
  gates: readonly GateKind<unknown>[] = GATES,
  metrics: readonly Metric[] = METRICS,
): Chapter[] => [
  {
    title: 'Gates',
    text: 'An entry of `evaluation.gates`. The setting that bears the name of a gate tells which one it is.',
    kinds: gates.map(gateOf),
  },
  {
    title: 'Metrics',
    text: [
      'Every metric of the task is measured on the holdout, with its 95 % interval, and is in the report. Any of them can be gated.',
      table(['metric', 'name in the report', 'meaning', 'tasks', 'better', 'range', 'gate'], metrics.map(metricRow)),
    ].join('\n\n'),
    kinds: metrics.map(({ name, summary, example }) => ({
      name,
      summary,
      settings: [],
      example,
      yaml: yamlOf(example),
      required: [],
      problem,
    })),
    listed: true,
  },
  {
    title: 'Bias metrics',
    text: [
      'The metrics of SageMaker Clarify between the facets of `evaluation.fairness`: `a` is the advantaged facet, `d` the disadvantaged one, `(1)` the favourable label, `n̂` counts predictions. The names lead to their definitions. Any of them can be gated.',
      table(
        ['metric', 'name', 'of', 'formula', 'range', 'alike', 'gate'],
        FAIRNESS_METRICS.map(({ name, label, stage, formula, range, fair, source, example }) => [
          `[${name}](${source})`,
          label,
          stage === 'pre-training' ? 'labels' : 'predictions',
          formula,
          range.map((end) => figure(Number(end.toFixed(3)))).join(' to '),
          String(fair),
          code(example),
        ]),
      ),
    ].join('\n\n'),
    kinds: FAIRNESS_METRICS.map(({ name, meaning, example }) => ({
      name,
      summary: meaning,
      settings: [],
      example,
      yaml: yamlOf(example),
      required: [],
      problem,
    })),
    listed: true,
  },
];
