import { parseFeatures } from '#domain/evaluation/score-text';
import { evaluateCandidate } from '#functions/use-cases/evaluate-candidate';
import { captureLine } from '../../fakes/capture-line.ts';
import type { DataRun } from '../../fakes/data-run.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { noTrees } from '../../fakes/no-trees.ts';
import { encodedRun, holdoutParts, models, scoreHoldout, type Task } from './evaluated-run.ts';
import { championOf, endpointName } from './stage.ts';

/** The hour of an instant as captures lie below it. */
const hourBelow = (time: string): string => `${time.slice(0, 10).replaceAll('-', '/')}/${time.slice(11, 13)}`;

/** A run that serves since 2026-01-01, and what its endpoint captures. Dispose of it when done. */
export async function capturedRun(drift: object = {}, task: Task = 'binary') {
  const run: DataRun = await encodedRun(task, {
    runId: 'r1',
    rest: { drift: { schedule: 'rate(1 day)', window: '24h', minRows: 20, ...drift } },
  });
  await scoreHoldout(run, task);
  const { clean, artifacts } = run;
  await evaluateCandidate({ clean, artifacts, readTrees: noTrees, memoryMb: 1024 }, { run: run.run });
  const store: MemoryState = memoryState();
  await store.put('loan', 'champion', championOf(1, 'r1', '2026-01-01T00:00:00.000Z'));
  const parts = await Promise.all((await holdoutParts(run)).map((key) => clean.readText(key)));
  const lines = parts.join('').trimEnd().split('\n');
  const answer = (line: string): string => models[task](Number(line.split(',')[0])).join(',');
  const request = (rows: readonly string[], time: string): string =>
    captureLine(rows.join('\n'), rows.map(answer).join('\n'), time);
  /** Writes an object of captures in the hour of a time, and says its name. */
  const put = async (time: string, name: string, ...captures: readonly string[]): Promise<string> => {
    const object = `${hourBelow(time)}/${name}.jsonl`;
    await clean.writeText(
      `loan/captures/${endpointName}/AllTraffic/${object}`,
      captures.join('\n'),
      'application/jsonl',
    );
    return object;
  };
  return {
    run,
    clean,
    artifacts,
    store,
    /** The holdout as the endpoint receives it. */
    lines,
    matrix: parseFeatures(lines.join('\n'), (await run.fitted()).features.length, 'holdout'),
    request,
    put,
    /** Captures a request of these rows. */
    ask: (time: string, name: string, rows: readonly string[] = lines) => put(time, name, request(rows, time)),
    promote: (runId: string, at: string) => store.put('loan', 'champion', championOf(2, runId, at)),
    [Symbol.dispose]: () => run[Symbol.dispose](),
  };
}
export type CapturedRun = Awaited<ReturnType<typeof capturedRun>>;
