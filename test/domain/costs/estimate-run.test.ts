import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type EarlierRun, estimateRun, type RunPlan } from '#domain/costs/estimate-run';
import { callsOf, functionMemory, gigabytesOf, transitionsOf } from '#domain/costs/run-shape';
import type { Tuning } from '#domain/training/tuning-settings';
import { pipeline } from '../../functions/support/stage.ts';

const { training } = pipeline;
const plan = (changes: Partial<RunPlan> = {}): RunPlan => ({
  training,
  bytes: 1e6,
  shards: 2,
  locating: false,
  champion: false,
  ...changes,
});
const tuned = (settings: Partial<Tuning>) => ({
  training: { ...training, tuning: { parallel: 2, ...settings } as Tuning },
});
const job = { instanceType: 'ml.m5.xlarge', instances: 1, volumeGb: 30 } as const;
const earlier = (changes: Partial<EarlierRun['measured']> = {}, bytes = 1e6): EarlierRun => ({
  runId: 'r1',
  bytes,
  measured: {
    jobs: [
      { use: 'training', ...job, jobs: 1, seconds: 100 },
      { use: 'transform', ...job, volumeGb: 0, jobs: 1, seconds: 50 },
    ],
    transitions: 40,
    calls: 18,
    gbSeconds: 36,
    ...changes,
  },
});
const secondsOf = ({ measured }: ReturnType<typeof estimateRun>) => measured.jobs.map(({ seconds }) => seconds);

describe('a run before it begins', () => {
  it('takes the durations of the newest run on the same machines', () => {
    const found = estimateRun(plan(), [earlier({ jobs: [] }), earlier()]);
    expect(found).toMatchObject({ like: 'r1', measured: { gbSeconds: 36, calls: 18, transitions: 47 } });
    expect(secondsOf(found)).toEqual([100, 50]);
    const training = (100 / 3600) * (0.23 + (30 / 730) * 0.14);
    expect(found.amount.usd).toBeCloseTo(
      training + (50 / 3600) * 0.23 + 36 * 0.0000166667 + 18 * 0.0000002 + 47 * 0.000025,
      9,
    );
    expect(found.amount).toMatchObject({ about: true, unknown: [] });
  });

  it('takes longer with more data, and no shorter with less', () => {
    expect(secondsOf(estimateRun(plan({ bytes: 3e6 }), [earlier()]))).toEqual([300, 150]);
    expect(secondsOf(estimateRun(plan({ bytes: 3e5 }), [earlier()]))).toEqual([100, 50]);
    expect(secondsOf(estimateRun(plan(), [earlier({}, 0)]))).toEqual([100, 50]);
  });

  it('is assumed without such a run, at most as long as it may take', () => {
    const other = { ...training, instances: { ...training.instances, type: 'ml.c5.xlarge' } };
    const found = estimateRun(plan({ training: other }), [earlier()]);
    expect(found.like).toBeUndefined();
    expect(secondsOf(found)).toEqual([120.6, 240.1]);
    expect(secondsOf(estimateRun(plan({ bytes: 1e11 }), []))[0]).toBe(training.maxRuntimeSeconds);
    expect(estimateRun(plan({ bytes: 2e6 }), []).measured.gbSeconds).toBeGreaterThan(found.measured.gbSeconds);
  });

  it('scores twice beside a champion, also where the earlier run had none to score', () => {
    expect(secondsOf(estimateRun(plan({ champion: true }), [earlier()]))).toEqual([100, 100]);
    const [trainedOnly] = earlier().measured.jobs;
    const found = estimateRun(plan(), [earlier({ jobs: trainedOnly ? [trainedOnly] : [], calls: 0 })]);
    expect(secondsOf(found)).toEqual([100, 240.1]);
    expect(found.measured.gbSeconds).toBeGreaterThan(0);
  });

  it('multiplies by the jobs of a tuning, and is a lower bound where nothing limits them', () => {
    const limited = estimateRun(plan(tuned({ maxJobs: 20 })), [earlier()]);
    expect(secondsOf(limited)).toEqual([2000, 50]);
    expect(limited.amount.unknown).toEqual([]);
    const open = estimateRun(plan(tuned({})), [earlier()]);
    expect(secondsOf(open)).toEqual([200, 50]);
    expect(open.amount.unknown).toEqual(['training.tuning.maxJobs']);
    expect(secondsOf(estimateRun(plan(tuned({})), []))[0]).toBeCloseTo(2 * 120.6, 9);
  });

  it('never costs less with more data, more shards, a champion or more jobs, and is never negative', () => {
    const size = fc.integer({ min: 0, max: 1e10 });
    const history = fc.constantFrom<EarlierRun[]>([], [earlier()]);
    fc.assert(
      fc.property(
        size,
        size,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 50 }),
        history,
        (a, b, shards, jobs, runs) => {
          const usd = (changes: Partial<RunPlan>) => estimateRun(plan(changes), runs).amount.usd;
          const less = { ...tuned({ maxJobs: jobs }), bytes: Math.min(a, b), shards };
          const base = usd(less);
          expect(base).toBeGreaterThan(0);
          for (const more of [
            { bytes: Math.max(a, b) },
            { shards: shards + 1 },
            { champion: true },
            tuned({ maxJobs: jobs + 1 }),
          ])
            expect(usd({ ...less, ...more })).toBeGreaterThanOrEqual(base - 1e-12);
        },
      ),
    );
  });
});

describe('the shape of a run', () => {
  it('has a pass more where large files are cut, and a state more for the best trial', () => {
    const shape = { shards: 3, locating: false, champion: true, tuned: false };
    expect(transitionsOf({ ...shape, locating: true }) - transitionsOf(shape)).toBe(2 + 3 * 3);
    expect(transitionsOf({ ...shape, tuned: true }) - transitionsOf(shape)).toBe(1);
    expect(callsOf(shape)['locateRows']).toBeUndefined();
    expect(callsOf({ ...shape, locating: true, tuned: true })).toMatchObject({ locateRows: 3, selectBestTrial: 1 });
  });

  it('knows the memory of each function that a run calls, as the stack has it', () => {
    const functions = parse(readFileSync('resources/functions.yml', 'utf8'), { logLevel: 'silent' }) as Record<
      string,
      { memorySize: number }
    >;
    const memory = Object.fromEntries(Object.keys(functionMemory).map((name) => [name, functions[name]?.memorySize]));
    expect(functionMemory).toEqual(memory);
    for (const name of Object.keys(callsOf({ shards: 1, locating: true, champion: true, tuned: true })))
      expect(functionMemory).toHaveProperty(name);
    expect(gigabytesOf('applyGates')).toBe(1);
    expect(gigabytesOf('predict')).toBe(3008 / 1024);
  });
});
