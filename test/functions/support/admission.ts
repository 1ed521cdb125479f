import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeBuckets } from './buckets.ts';
import type { Calls } from './crash.ts';
import { fakeExecutions } from './executions.ts';
import { putPackagedPipeline } from './packaged-pipeline.ts';
import { context, setStage } from './stage.ts';
import { fakeStateTable } from './state-table.ts';

type AdmitDrop = typeof import('#functions/admit-drop').handler;
export type Input = Parameters<AdmitDrop>[0]['input'];
export type Answer = Awaited<ReturnType<AdmitDrop>>;

export const startedAt = '2026-01-02T08:00:00.123Z';
/** Files of a drop, the marker last. */
export const book = { 'a.csv': 'x,y\n1,0\n', 'b.csv': 'x,y\n2,1\n', _SUCCESS: '' };
/** A pipeline's file. */
export const definition = (name: string, trigger: string, data?: string) => `
name: ${name}
dataset:
  format: csv
  trigger: ${trigger}
  label: { column: y, positive: 1, negative: 0 }
  columns: { x: { role: feature, type: number } }
evaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }
${data === undefined ? '' : `training: { data: ${data} }\n`}`;
/** The event of an object that was put into the raw bucket. */
export const created = (key: string) => ({
  source: 'aws.s3' as const,
  'detail-type': 'Object Created' as const,
  detail: { bucket: { name: 'raw-bucket' }, object: { key } },
});

/**
 * A stage with the pipelines `loan` (a marker ends a drop), `whole` (the same, and it reads all drops), `stream` (each object, after 30 s) and `eager` (each object, at once), whose
 * drops a test admits. Start it before tests, `reset` it before each, and dispose of it after all.
 */
export async function startAdmission() {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-admit-'));
  setStage();
  Object.assign(process.env, {
    RAW_BUCKET: 'raw-bucket',
    STATE_TABLE: 'tidegate-dev-state',
    GIT_COMMIT: 'c0ffee',
    LAMBDA_TASK_ROOT: folder,
    RETRAIN_MACHINE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidegate-dev-retrain',
  });
  mkdirSync(join(folder, 'pipelines'));
  const triggers = {
    loan: '{ marker: _SUCCESS }',
    stream: '{ eachObject: true, quietPeriodSeconds: 30 }',
    eager: '{ eachObject: true, quietPeriodSeconds: 0 }',
  };
  for (const [name, trigger] of Object.entries(triggers)) putPackagedPipeline(folder, name, definition(name, trigger));
  putPackagedPipeline(folder, 'whole', definition('whole', '{ marker: _SUCCESS }', 'accumulate'));
  const { handler } = await import('#functions/admit-drop');
  const fresh = (calls?: Calls) => ({
    state: fakeStateTable(calls),
    buckets: fakeBuckets({ pageSize: 2, ...(calls ? { calls } : {}) }),
    executions: fakeExecutions(),
  });
  const stage = {
    ...fresh(),
    /** A world without drops and runs; `calls` may end a handler within it. */
    reset(calls?: Calls): void {
      Object.assign(stage, fresh(calls));
    },
    /** Puts objects into the raw bucket; returns the event of the last. */
    drop(prefix: string, files: Readonly<Record<string, string>>) {
      for (const [name, content] of Object.entries(files)) stage.buckets.put(`raw-bucket/${prefix}${name}`, content);
      return created(`${prefix}${Object.keys(files).at(-1)}`);
    },
    /** An execution asks to be admitted, and goes on running. */
    admit(input: Input, arn = 'e1', settled = false): Promise<Answer> {
      stage.executions.running.add(arn);
      return handler({ input, execution: { arn, startedAt }, settled }, context);
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
  return stage;
}
export type Admission = Awaited<ReturnType<typeof startAdmission>>;
