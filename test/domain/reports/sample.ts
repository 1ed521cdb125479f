import { evaluate } from '#domain/evaluation/evaluate';
import { applyGates } from '#domain/gates/apply';
import { type Gate, gateConfidences } from '#domain/gates/registry';
import { createRandom } from '#domain/random';
import type { DataSummary, ReportInput } from '#domain/reports/input';
import type { Evaluation } from '#schemas/records/evaluation';
import { sampleExplanation } from './sample-explanation.ts';

const bootstrap = { resamples: 100, seed: 42 };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

interface SampleOptions {
  readonly champion?: boolean;
  readonly gates?: Gate[];
}

/** A made-up but consistent report: scores are drawn at random, everything else follows from them. */
export function sampleReport(task: Evaluation['task'], { champion = true, gates }: SampleOptions = {}): ReportInput {
  const build = { binary: binaryEvaluation, multiclass: multiclassEvaluation, regression: regressionEvaluation }[task];
  const held = gates ?? defaultGates[task];
  const evaluation = build(champion, gateConfidences(held));
  const name = champion ? 'loan-default/7' : undefined;
  return {
    pipeline: 'loan-default',
    description: 'Chance that a consumer loan defaults within a year of its issue.',
    runId: '20260301-101500-4f2a9c',
    startedAt: '2026-03-01T10:15:00.000Z',
    reason: 'drop',
    champion: name,
    evaluation,
    verdict: applyGates({ gates: held, evaluation, champion: name }),
    data: dataSummary(task),
    explanation: sampleExplanation(task),
    constraints: [],
    lineage: {
      datasetVersion: 'sha256:8d3f0b6a52c1e94477a0d2f19b3c5e60',
      objects: Array.from({ length: 4 }, (_, i) => ({
        id: `5f1c0000${i}`,
        size: 1_482_000 + i * 73_411,
        versionId: `3sL4kqtJlcpXroDTDmJ.rmSpXd3dIb${i}`,
      })),
      gitCommit: '5d1f0c93b7e24a86',
      configHash: 'b51d7a9e03c4',
      hyperparameters: { objective: 'binary:logistic', eta: '0.1', max_depth: '6', num_round: '200', subsample: '0.8' },
      facts: [
        { name: 'model package', value: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/loan-default/8' },
        { name: 'training image', value: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/xgboost:3.0-5' },
      ],
    },
  };
}

const defaultGates: Record<Evaluation['task'], Gate[]> = {
  binary: [
    { metric: 'auc', min: 0.75 },
    { metric: 'auc', vsChampion: { notWorseBy: 0.005, confidence: 0.95 } },
    { metric: 'log_loss', max: 0.6 },
  ],
  multiclass: [
    { metric: 'f1_macro', min: 0.5 },
    { metric: 'accuracy', vsChampion: { notWorseBy: 0, confidence: 0.95 } },
  ],
  regression: [
    { metric: 'rmse', max: 12 },
    { metric: 'r2', min: 0.99 },
  ],
};

const importances = [
  { column: 'prior_defaults', mean: 0.0812, std: 0.0061 },
  { column: 'debt_to_income', mean: 0.0438, std: 0.0049 },
  { column: 'income', mean: 0.0301, std: 0.0044 },
  { column: 'utilisation', mean: 0.0164, std: 0.0031 },
  { column: 'a_column_with_quite_a_long_name_indeed', mean: 0.0071, std: 0.0024 },
  { column: 'home', mean: 0.0012, std: 0.0015 },
  { column: 'term', mean: -0.0007, std: 0.0013 },
];

function binaryEvaluation(withChampion: boolean, confidences: number[]): Evaluation {
  const random = createRandom(31);
  const labels = Float64Array.from({ length: 4000 }, () => (random.float() < 0.18 ? 1 : 0));
  const signal = labels.map((label) => 1.35 * label + random.normal());
  const candidate = signal.map((x) => sigmoid(1.3 * x - 2.45));
  const champion = signal.map((x) => sigmoid(1.1 * (x + 0.7 * random.normal()) - 2.2));
  return evaluate({
    task: 'binary',
    threshold: 0.3,
    labels,
    candidate,
    champion: withChampion ? champion : undefined,
    classes: ['repaid', 'default'],
    bootstrap,
    confidences,
    importances,
  });
}

function multiclassEvaluation(withChampion: boolean, confidences: number[]): Evaluation {
  const random = createRandom(32);
  const rows = 2000;
  const classes = ['poor', 'fair', 'good', 'excellent'];
  const labels = Float64Array.from({ length: rows }, () => Math.min(3, Math.floor(4 * random.float() ** 0.8)));
  const scores = (signal: number): Float64Array => {
    const matrix = new Float64Array(rows * 4);
    labels.forEach((label, row) => {
      const odds = classes.map((_, index) => Math.exp(random.normal() - signal * Math.abs(index - label)));
      const total = odds.reduce((sum, value) => sum + value, 0);
      matrix.set(
        odds.map((value) => value / total),
        row * 4,
      );
    });
    return matrix;
  };
  const champion = withChampion ? scores(1) : undefined;
  return evaluate({
    task: 'multiclass',
    labels,
    candidate: scores(1.2),
    champion,
    classes,
    bootstrap,
    confidences,
    importances,
  });
}

function regressionEvaluation(withChampion: boolean, confidences: number[]): Evaluation {
  const random = createRandom(33);
  const labels = Float64Array.from({ length: 3000 }, () => 180 * Math.exp(0.35 * random.normal()));
  const noisy = (noise: number) =>
    labels.map((value) => value * 0.94 + 10 + noise * random.normal() * Math.sqrt(value / 180));
  const champion = withChampion ? noisy(15) : undefined;
  return evaluate({ task: 'regression', labels, candidate: noisy(11), champion, bootstrap, confidences, importances });
}

function dataSummary(task: Evaluation['task']): DataSummary {
  const classes = { binary: ['repaid', 'default'], multiclass: ['poor', 'fair', 'good', 'excellent'], regression: [] }[
    task
  ];
  const shares = { binary: [0.82, 0.18], multiclass: [0.15, 0.22, 0.29, 0.34], regression: [] }[task];
  const side = (name: 'train' | 'validation' | 'test', rows: number) => ({
    side: name,
    rows,
    classes: shares.map((share) => Math.round(share * rows)),
    label: task === 'regression' ? { mean: 191.2, std: 68.4 } : null,
  });
  return {
    rows: 26_700,
    deduplicated: 0,
    blankFiles: [],
    malformed: {
      rows: 34,
      reasons: [
        { column: 'income', reason: 'not a number', count: 30 },
        { column: null, reason: 'too few values', count: 4 },
      ],
    },
    label: 'default',
    classes,
    sides: [side('train', 18_666), side('validation', 4000), side('test', 4000)],
    columns: [
      { column: 'loan_id', role: 'id', treatment: 'tokenized', missing: null },
      { column: 'full_name', role: 'pii', treatment: 'dropped', missing: null },
      { column: 'email', role: 'pii', treatment: 'tokenized', missing: 0 },
      { column: 'zip', role: 'quasi', treatment: 'generalized', missing: 112 },
      { column: 'income', role: 'feature', treatment: 'number, one model input', missing: 904 },
      { column: 'home', role: 'feature', treatment: 'category, 5 model inputs', missing: 0 },
      { column: 'currency', role: 'feature', treatment: 'category, not used: one value only', missing: 0 },
      { column: 'sex', role: 'slice', treatment: 'kept for evaluation by group', missing: 3 },
    ],
  };
}
