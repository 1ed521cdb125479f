import { runDefinition } from 'embedded-cloud/asl';
import { afterEach, describe, expect, it } from 'vitest';
import { composeNotice, noticeSchema } from '#domain/notices/registry';
import { artifactKeys, cleanKeys, rawKeys } from '#domain/runs/layout';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import { divideRows } from '#functions/use-cases/divide-rows';
import { finishRun } from '#functions/use-cases/finish-run';
import type { finishRunSchema } from '#schemas/events/finish-run';
import type { DesensitizeShardEvent, DivideRowsEvent } from '#schemas/events/shard';
import { constraintsRecordSchema } from '#schemas/records/constraints';
import { type DataRun, smallPipeline, startRun, tokenKey } from '../fakes/data-run.ts';
import { memoryState } from '../fakes/memory-state.ts';
import { loadMachine, taskName } from './load-machine.ts';

/** A drop that its constraints refuse, through retrain, run-pipeline and prepare-data, with the use cases of the data and of the end. */

let run: DataRun;
afterEach(() => run[Symbol.dispose]());

const secret = 'honeytoken-7391';
const columns = { x: { role: 'feature', type: 'number' }, note: { role: 'feature', type: 'category' } };
const rows = (n: number, x: (i: number) => string) =>
  ['y,x,note', ...Array.from({ length: n }, (_, i) => `${i % 2},${x(i)},${secret}`), ''].join('\n');

interface Failed {
  readonly error: string;
  readonly cause: string;
}
/** An error of a function as Lambda gives it to Step Functions. */
const asFailed = (error: unknown): Failed => {
  const { name, message } = error as Error;
  return { error: name, cause: JSON.stringify({ errorType: name, errorMessage: message }) };
};

/** Runs retrain with its nested machines over the drop in the raw bucket. */
async function retrain(constraints: readonly object[], files: readonly string[]) {
  run = await startRun(smallPipeline({ columns }, { constraints, personalData: { allow: ['note'] } }));
  const keys = files.map((content, i) => {
    run.drop(`small/d/${i}.csv`, content);
    return { key: `small/d/${i}.csv` };
  });
  await run.raw.writeJson(rawKeys(run.run).files, keys);
  const store = memoryState();
  const executions: string[] = [];
  const called: string[] = [];
  const notices: { readonly text: string; readonly words: string }[] = [];
  const memoryMb = 1024;
  const ports = {
    raw: run.raw,
    clean: run.clean,
    artifacts: run.artifacts,
    tokenKeys: { current: tokenKey },
    memoryMb,
    stage: 'dev',
    imageOf: () => 'an-image',
  };
  const functions: Record<string, (args: never) => unknown> = {
    AdmitDrop: async ({ execution }: { readonly execution: { readonly arn: string } }) => {
      await store.put('small', 'lease', { holder: execution.arn, runId: run.run.runId, identity: 'data#config' });
      await store.put('small', `run#${run.run.runId}`, { runId: run.run.runId, status: 'running' });
      return { decision: 'admitted', run: run.run, shards: files.length, shardsKey: 'shards.json' };
    },
    DesensitizeShard: (event: DesensitizeShardEvent) => desensitizeShard(ports, event),
    DivideRows: ({ champion: _, ...event }: DivideRowsEvent) => divideRows(ports, event),
    ProfileShard: () => ({}),
    FitTransform: () => ({}),
    TransformShard: () => ({}),
    FinishRun: (event: ReturnType<typeof finishRunSchema.parse>) =>
      finishRun(
        {
          store,
          isPipeline: (name) => name === 'small',
          startRetrain: async () => undefined,
          discardCandidate: async () => undefined,
          runData: { erase: async () => undefined },
          recordCosts: async () => undefined,
          limitLogs: async () => undefined,
        },
        event,
      ),
    Notify: async (notice: unknown) => {
      const link = (key: string) => `https://console/${key}`;
      const { message } = await composeNotice(
        { artifacts: run.artifacts, store, stage: 'dev', pricing: {}, link, endpointLink: link },
        noticeSchema.parse(notice),
      );
      notices.push({ text: message.text, words: JSON.stringify(message.blocks) });
      return {};
    },
  };
  const execute = (machine: string, input: unknown): ReturnType<typeof runDefinition> =>
    runDefinition({
      definition: loadMachine(machine),
      input,
      tasks: async ({ resource, arguments: args }) => {
        const given = args as Record<string, unknown>;
        if (resource.endsWith('s3:getObject')) return keys.map((file, index) => ({ index, size: 1, ...file }));
        const nested = /stateMachine:(\w+)/.exec(String(given['StateMachineArn'] ?? ''))?.[1];
        called.push(nested ?? taskName(resource));
        if (nested !== undefined) {
          const name = nested.replace(/(?!^)[A-Z]/g, (c) => `-${c}`).toLowerCase();
          if (name === 'train-candidate') return { Status: 'SUCCEEDED', Output: { passed: false } };
          const ended = await execute(name, given['Input']);
          executions.push(JSON.stringify(ended));
          if (ended.status === 'SUCCEEDED') return { Status: 'SUCCEEDED', Output: ended.output };
          throw {
            error: 'States.TaskFailed',
            cause: JSON.stringify({ ExecutionArn: nested, Status: 'FAILED', Error: ended.error, Cause: ended.cause }),
          };
        }
        try {
          return await functions[taskName(resource)]?.(given as never);
        } catch (error) {
          throw asFailed(error);
        }
      },
    });
  const ended = await execute('retrain', { pipeline: 'small', drop: 'small/d/' });
  executions.push(JSON.stringify(ended));
  return {
    ...ended,
    called,
    notices,
    executions: executions.join('\n'),
    record: await store.get('small', `run#${run.run.runId}`),
  };
}

describe('a drop that does not meet a constraint', () => {
  const constraints = [
    { check: 'missing', column: 'x', max: 0.1 },
    { check: 'rows', min: 10 },
    { check: 'values', column: 'note', allowed: ['fine'], onFailure: 'warn' },
  ];

  it('ends before its rows are profiled, with the reason, the report and a notice that leads to it', async () => {
    const half = (i: number) => (i % 2 ? '' : String(i));
    const { status, error, cause, called, notices, record, executions } = await retrain(constraints, [
      rows(40, half),
      rows(40, half),
    ]);

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DataQualityError' });
    expect(cause).toContain('1 of 3 constraints is not met.\n- missing x ≤ 10 %: ');
    expect(called.filter((name) => name === 'DesensitizeShard')).toHaveLength(2);
    for (const later of ['ProfileShard', 'FitTransform', 'TransformShard', 'TrainCandidate', 'RegisterModel'])
      expect(called).not.toContain(later);
    expect(record).toMatchObject({ status: 'failed', failure: { error: 'DataQualityError' } });

    const { report, constraints: results } = artifactKeys(run.run);
    expect(await run.artifacts.readJson(results, constraintsRecordSchema)).toMatchObject({
      results: [{ passed: false }, { passed: true }, { passed: false, onFailure: 'warn' }],
    });
    expect(await run.artifacts.readText(report)).toContain('missing x ≤ 10 %');
    expect(notices).toHaveLength(2);
    expect(notices[1]?.text).toContain('the run failed');
    expect(notices[1]?.words).toContain('missing x ≤ 10 %: Column');
    expect(notices[1]?.words).toContain(`https://console/${report}`);
    for (const text of [executions, JSON.stringify(notices)]) expect(text).not.toContain(secret);
    await expect(run.clean.readText(cleanKeys(run.run).placed)).rejects.toThrow();
  }, 30_000);

  it('goes on where the constraint only warns', async () => {
    const { status, called } = await retrain(constraints.slice(1), [rows(40, String)]);

    expect(status).toBe('SUCCEEDED');
    expect(called).toEqual(
      expect.arrayContaining(['ProfileShard', 'FitTransform', 'TransformShard', 'TrainCandidate']),
    );
  }, 30_000);
});
