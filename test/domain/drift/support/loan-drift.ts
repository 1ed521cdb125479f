import { retrain } from '#domain/drift/actions/retrain';
import { buildBaseline, buildWindow, type ColumnValues } from '#domain/drift/baseline';
import type { FeatureMatrix } from '#domain/drift/columns';
import { compareBy } from '#domain/drift/compare';
import { decide } from '#domain/drift/decision/decide';
import { historyOf } from '#domain/drift/decision/history';
import { decisionSettings } from '#domain/drift/decision/settings';
import { decideAlarm } from '#domain/drift/performance/decision';
import { estimatePerformance, noEstimate } from '#domain/drift/performance/estimate';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import {
  defaultProbability,
  defaultSettings,
  headerLine,
  type LoanBookSettings,
  loanBook,
} from '#examples/loans/loan-book';
import type { Baseline } from '#schemas/records/baseline';
import type { DriftHistory } from '#schemas/records/drift-history';
import type { PerformanceEstimate, PerformanceReference } from '#schemas/records/performance-estimate';
import { day, driftSettings, measured } from '../decision/support.ts';

type Economy = LoanBookSettings['economy'];

const names = headerLine(defaultSettings).split(',');
const purposes = ['debt_consolidation', 'credit_card', 'home_improvement', 'car', 'medical', 'small_business'];
const homes = ['MORTGAGE', 'RENT', 'OWN'];
const numbers = [
  'income',
  'amount',
  'term',
  'employment_years',
  'dti',
  'inquiries',
  'prior_defaults',
  'utilisation',
] as const;

/** Loans of a book as a pipeline reads them. */
interface Loans {
  readonly columns: readonly ColumnValues[];
  readonly inputs: FeatureMatrix;
  readonly labels: readonly number[];
  /** What a model that learnt an economy exactly answers. */
  scores(learnt: Economy): Float64Array;
}

function readLoans(rows: number, settings: Partial<LoanBookSettings>): Loans {
  const cells = [...loanBook(rows, { ...defaultSettings, ...settings })].map(({ line }) => line.split(','));
  const texts = (name: string): string[] => cells.map((row) => row[names.indexOf(name)] as string);
  const values = numbers.map((name) =>
    Float64Array.from(texts(name), (cell) => (cell === '' ? Number.NaN : Number(cell))),
  );
  const [purpose, home] = [texts('purpose'), texts('home')];
  const usual: Record<string, number> = { income: 46_000, employment_years: 5 };
  const filled = (at: number, row: number): number => {
    const value = values[at]?.[row] as number;
    return Number.isNaN(value) ? (usual[numbers[at] as string] as number) : value;
  };
  const width = numbers.length + purposes.length + homes.length;
  return {
    columns: [
      ...numbers.map((column, i) => ({ column, kind: 'number' as const, values: values[i] as Float64Array })),
      { column: 'purpose', kind: 'category', values: purpose, categories: purposes },
      { column: 'home', kind: 'category', values: home, categories: homes },
    ],
    inputs: {
      rows,
      width,
      values: Float64Array.from(
        cells.flatMap((_, row) => [
          ...numbers.map((_name, at) => filled(at, row)),
          ...purposes.map((name) => Number(name === purpose[row])),
          ...homes.map((name) => Number(name === home[row])),
        ]),
      ),
    },
    labels: texts('default').map(Number),
    scores: (learnt) =>
      Float64Array.from(cells, (_, row) => {
        const at = (name: (typeof numbers)[number]): number => filled(numbers.indexOf(name), row);
        const loan = {
          income: at('income'),
          amount: at('amount'),
          term: at('term') === 60 ? (60 as const) : (36 as const),
          purpose: purposes.indexOf(purpose[row] as string),
          home: homes.indexOf(home[row] as string),
          employmentYears: at('employment_years'),
          dti: at('dti'),
          inquiries: at('inquiries'),
          priorDefaults: at('prior_defaults'),
          utilisation: at('utilisation'),
        };
        return defaultProbability(loan, learnt);
      }),
  };
}

/** A model in service, with what its run keeps of the holdout. */
interface Model {
  readonly runId: string;
  readonly learnt: Economy;
  readonly promotedAt: string;
  readonly baseline: Baseline;
  readonly reference: PerformanceReference;
}

function trainModel(runId: string, learnt: Economy, promotedAt: string, seed: number, holdout: number): Model {
  const loans = readLoans(holdout, { seed, economy: learnt });
  const scores = loans.scores(learnt);
  return {
    runId,
    learnt,
    promotedAt,
    baseline: buildBaseline({ rows: holdout, columns: loans.columns, scores: { task: 'binary', values: scores } }),
    reference: {
      version: 1,
      task: 'binary',
      classes: 2,
      threshold: 0.5,
      inputs: Array.from({ length: loans.inputs.width }, (_, at) => ({ at, column: `x${at}` })),
      leftOut: [],
      rows: holdout,
      values: [...loans.inputs.values],
      scores: [...scores],
      labels: [...loans.labels],
    },
  };
}

export interface LoanYear {
  readonly seed: number;
  /** Windows of a day each. */
  readonly windows: number;
  readonly rows?: number;
  /** Rows of the holdout. */
  readonly holdout?: number;
  /** The first window of a downturn; by default there is none. */
  readonly downturn?: number;
  /** Whether the estimate of the performance decides, as by default; else the columns do. */
  readonly estimates?: boolean;
}

/** What happened, by the numbers of the windows. */
export interface Happened {
  readonly alarms: readonly number[];
  readonly retrains: readonly number[];
  /** Alarms that started none, with the reason. */
  readonly waited: readonly string[];
}

/** Windows from a retrain to the promotion of its model. */
const trainingWindows = 2;

/**
 * The checks of a loan book's model, one a window, with what they decide and start. A retrain reads the newest drop, a book of the economy of that
 * day, and its model is in service two windows later.
 */
export async function liveThrough({
  seed,
  windows,
  rows = 500,
  holdout = 2000,
  downturn = Number.POSITIVE_INFINITY,
  estimates = false,
}: LoanYear): Promise<Happened> {
  const drift = driftSettings({ action: 'retrain', performance: { metric: 'auc', decides: estimates } });
  const happened = { alarms: [] as number[], retrains: [] as number[], waited: [] as string[] };
  const economyOf = (window: number): Economy => (window >= downturn ? 'downturn' : 'normal');
  let model = trainModel('r1', 'normal', day(-30), 1000 * seed, holdout);
  let next: { readonly at: number; readonly model: Model } | undefined;
  let history: DriftHistory[] = [];
  for (let i = 0; i < windows; i++) {
    if (next?.at === i) [model, next] = [next.model, undefined];
    const loans = readLoans(rows, { seed: 1000 * seed + i + 1, economy: economyOf(i), firstLoan: 1_000_000 * (i + 1) });
    const scores = loans.scores(model.learnt);
    const window = buildWindow(model.baseline, {
      rows,
      columns: loans.columns,
      scores: { task: 'binary', values: scores },
    });
    const report = compareBy(drift, { baseline: model.baseline, window });
    const settings = { ...performanceSettingsSchema.parse(drift.performance), metric: 'auc' };
    const performance: PerformanceEstimate = estimates
      ? estimatePerformance(model.reference, { inputs: loans.inputs, scores }, settings)
      : noEstimate('left out');
    const { columns, score, drifted } = report;
    const check = measured(i + 1, {
      runId: model.runId,
      columns: [...columns],
      ...(score ? { score } : {}),
      drifted,
      performance,
      ...decideAlarm(drifted, performance, { decides: estimates, maxDrop: 0.05 }),
    });
    const decided = decide({ check, drift, slices: [], history, promotedAt: model.promotedAt });
    const trained = model;
    const planned = decided.alarm
      ? await retrain.plan(
          {
            at: check.window.to,
            decision: decided.decision,
            carried: decided.carried,
            settings: decisionSettings(drift.decision),
            minRows: drift.minRows,
          },
          {
            busy: async () => (next ? { training: next.model.runId } : {}),
            // a drop a day
            newerDrops: async () => [{ drop: `day-${i}`, state: 'new', rows: holdout }],
            formerVersion: async () => undefined,
          },
        )
      : ({ start: 'nothing', reason: 'no alarm' } as const);
    if (decided.alarm) happened.alarms.push(i);
    if (planned.start === 'retrain') {
      happened.retrains.push(i);
      const at = i + trainingWindows;
      next = { at, model: trainModel(`r${at}`, economyOf(i), day(at), 1000 * seed + 500 + i, holdout) };
    } else if (decided.alarm) happened.waited.push(planned.reason);
    history = [
      historyOf(check, decided, { action: 'retrain', ...planned }, trained === model ? 1 : undefined),
      ...history,
    ];
  }
  return happened;
}
