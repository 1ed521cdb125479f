import { priceAll, sumOf } from '#domain/costs/amount';
import type { Pricing } from '#domain/costs/price-table';
import { callsOf, gigabytesOf, type RunShape, transitionsOf } from '#domain/costs/run-shape';
import { type Architecture, runUsage } from '#domain/costs/run-usage';
import type { TrainingSettings } from '#domain/training/settings';
import type { Amount, Jobs, Measured } from '#schemas/records/costs';

/** A run that is about to begin. */
export interface RunPlan extends Omit<RunShape, 'tuned'> {
  readonly training: Pick<TrainingSettings, 'instances' | 'maxRuntimeSeconds' | 'tuning'>;
  /** The bytes of its drops. */
  readonly bytes: number;
  readonly architecture?: Architecture;
}

/** An earlier run of the pipeline, as far as AWS reported it. */
export interface EarlierRun {
  readonly runId: string;
  readonly bytes: number;
  readonly measured: Measured;
}

/** What a run will cost, and which earlier run it was taken from. */
export interface RunEstimate {
  readonly amount: Amount;
  readonly measured: Measured;
  readonly like?: string;
}

/** Seconds of a job without an earlier run: to start and to work through little data, and for each megabyte of the drop. */
const assumed = { training: { start: 120, perMb: 0.6 }, transform: { start: 240, perMb: 0.1 } } as const;
/** Seconds of a function without an earlier run, and of one that reads rows for each megabyte of its drop. */
const assumedCall = { seconds: 1, perMb: 0.1 };
/** Functions with this much memory read rows (gigabytes). */
const reading = 2;
/** What the amount lacks where nothing limits the jobs of a tuning. */
const openTuning = 'training.tuning.maxJobs';

const inMb = (bytes: number): number => bytes / 1e6;

/** The jobs of a use on the same machines; undefined where the run had none. */
const sameJobs = (run: EarlierRun, use: Jobs['use'], { type, count }: { type: string; count: number }) =>
  run.measured.jobs.find(
    (own) => own.use === use && own.instanceType === type && own.instances === count && own.jobs > 0,
  );

/** Seconds of a job: those of the earlier run, more where there is more data, never fewer. */
function secondsOf(use: Jobs['use'], plan: RunPlan, earlier: Jobs | undefined, growth: number): number {
  const { start, perMb } = assumed[use];
  const seconds = earlier ? (earlier.seconds / earlier.jobs) * growth : start + perMb * inMb(plan.bytes);
  return use === 'training' ? Math.min(seconds, plan.training.maxRuntimeSeconds) : seconds;
}

/** Gigabyte-seconds of the functions without an earlier run. */
function assumedFunctions(calls: Readonly<Record<string, number>>, { bytes }: RunPlan): number {
  const each = Object.entries(calls).map(([name, n]) => {
    const gigabytes = gigabytesOf(name);
    const rows = gigabytes > reading ? assumedCall.perMb * inMb(bytes) : 0;
    return gigabytes * (n * assumedCall.seconds + rows);
  });
  return each.reduce((sum, own) => sum + own, 0);
}

/** How many training jobs a run has; what limits them is unknown for some strategies of tuning. */
const trainingJobs = ({ training: { tuning } }: RunPlan, earlier: Jobs | undefined): number =>
  tuning === undefined ? 1 : (tuning.maxJobs ?? Math.max(earlier?.jobs ?? 0, tuning.parallel));

/**
 * What a run will cost, before it begins: how long its jobs take from the newest earlier run on the same machines, in proportion where
 * there is more data; otherwise assumed. Spot capacity counts as any other: what it saves is known only afterwards.
 *
 * @param earlier runs of the pipeline, the newest first
 */
export function estimateRun(plan: RunPlan, earlier: readonly EarlierRun[], pricing?: Pricing): RunEstimate {
  const { training, bytes } = plan;
  const { type, count, volumeSizeInGB } = training.instances;
  const like = earlier.find((run) => sameJobs(run, 'training', training.instances));
  const trained = like && sameJobs(like, 'training', training.instances);
  const scored = like && sameJobs(like, 'transform', { type, count: 1 });
  const growth = like && like.bytes > 0 ? Math.max(1, bytes / like.bytes) : 1;
  const shape: RunShape = { ...plan, tuned: training.tuning !== undefined };
  const calls = callsOf(shape);
  const called = Object.values(calls).reduce((sum, n) => sum + n, 0);
  const jobs = trainingJobs(plan, trained);
  const scorings = plan.champion ? 2 : 1;
  const measured: Measured = {
    jobs: [
      {
        use: 'training',
        instanceType: type,
        instances: count,
        jobs,
        seconds: jobs * secondsOf('training', plan, trained, growth),
        volumeGb: volumeSizeInGB,
      },
      {
        use: 'transform',
        instanceType: type,
        instances: 1,
        jobs: scorings,
        seconds: scorings * secondsOf('transform', plan, scored, growth),
        volumeGb: 0,
      },
    ],
    transitions: transitionsOf(shape),
    calls: called,
    gbSeconds:
      like && like.measured.calls > 0
        ? (like.measured.gbSeconds / like.measured.calls) * called * growth
        : assumedFunctions(calls, plan),
  };
  const priced = priceAll(runUsage(measured, false, plan.architecture), pricing);
  const open = training.tuning && training.tuning.maxJobs === undefined;
  const amount = open ? sumOf([priced, { usd: 0, about: true, unknown: [openTuning] }]) : priced;
  return { amount, measured, ...(like ? { like: like.runId } : {}) };
}
