import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { deploymentKeys } from '#domain/deployment/target';
import { outcomeItems } from '#domain/outcomes/layout';
import { decisionSchema } from '#schemas/records/decision';
import { outcomesFileSchema } from '#schemas/records/outcome';
import { performanceSchema } from '#schemas/records/performance';
import { championSchema } from '#schemas/records/run';
import { listBatches } from '../batches.ts';
import { listChecks, readChecks } from '../drift-checks.ts';
import { listItems } from '../model-versions.ts';
import { cyan, dim, green, print, printJson, red } from '../output.ts';
import { type PipelineEvent, type PipelineState, pipelineEvents } from '../pipeline-events.ts';
import { requireRunning } from '../running-pipelines.ts';
import { getState, listRuns } from '../runs.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

/** Between two looks: a few small reads each. */
const pauseMs = 2000;

/** A check that is not decided about for so long never is: one of an earlier version, or one that failed. */
const decisionMs = 20 * 60_000;

const units = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** @returns milliseconds */
export function durationOf(text: string): number {
  const [, amount, unit] = /^([1-9]\d{0,4})([smh])$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('It must be seconds, minutes or hours, as 30s, 10m or 2h.');
  return Number(amount) * units[unit as keyof typeof units];
}

/** @param known keys of the checks that were seen */
async function readState(target: Target, pipeline: string, since: string, known: Set<string>): Promise<PipelineState> {
  const items = (prefix: string) => listItems(target, target.outputs.StateTableName, pipeline, prefix);
  const keys = (await listChecks(target, pipeline, since)).filter((key) => !known.has(key));
  const [runs, batches, decisions, champion, outcomes, performance, checks] = await Promise.all([
    listRuns(target, pipeline),
    listBatches(target, pipeline),
    items('decision#'),
    getState(target, pipeline, deploymentKeys.champion),
    items(outcomeItems.files),
    items(outcomeItems.days),
    readChecks(target, pipeline, keys),
  ]);
  const settled = checks.filter(
    ({ record, isDecided }) => isDecided || Date.now() - Date.parse(record.to) > decisionMs,
  );
  for (const { key } of settled) known.add(key);
  return {
    runs,
    batches,
    decisions: decisions.map((item) => decisionSchema.parse(item)),
    champion: champion && championSchema.parse(champion),
    outcomes: outcomes.map((item) => outcomesFileSchema.parse(item)),
    performance: performance.map((item) => performanceSchema.parse(item)),
    checks: settled.map(({ record }) => record),
  };
}

const colours: Partial<Record<PipelineEvent['kind'], (text: string) => string>> = {
  alarm: red,
  deployment: green,
  check: cyan,
};

/** An event in a line. */
export const eventLine = ({ at, kind, text }: PipelineEvent): string =>
  `${dim(at.slice(0, 19).replace('T', ' '))}  ${(colours[kind] ?? String)(kind.padEnd(11))}  ${text}`;

export interface WatchOptions {
  /** Milliseconds; without it, until `signal`. */
  readonly forMs?: number | undefined;
  readonly signal: AbortSignal;
  readonly pauseMs?: number;
  readonly onEvent: (event: PipelineEvent) => void;
}

/** Reports what happens to a pipeline until the time is up or the signal comes. */
export async function watchPipeline(
  target: Target,
  pipeline: string,
  { forMs = Number.POSITIVE_INFINITY, signal, pauseMs: pause = pauseMs, onEvent }: WatchOptions,
): Promise<void> {
  const start = Date.now();
  const since = new Date(start - units.h).toISOString();
  const known = new Set<string>();
  let before = await readState(target, pipeline, since, known);
  while (!signal.aborted && Date.now() - start < forMs) {
    const left = start + forMs - Date.now();
    await sleep(Math.max(Math.min(pause, left), 0), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const after = await readState(target, pipeline, since, known);
    for (const event of pipelineEvents(before, after, new Date().toISOString())) onEvent(event);
    before = after;
  }
}

export function watchCommand(program: Command): void {
  program
    .command('watch')
    .description(
      'what happens to a pipeline, a line each: runs, batches, decisions, deployments, outcomes, checks and alarms',
    )
    .argument('<pipeline>')
    .option('--for <time>', 'stop after this time, as 30s, 10m or 2h (default: at Ctrl-C)', durationOf)
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate watch loan-default
  $ npx tidegate watch loan-default --for 10m --json`,
    )
    .action(async (pipeline: string, { for: forMs }: { readonly for?: number }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requireRunning(target, pipeline);
        const stop = new AbortController();
        process.once('SIGINT', () => stop.abort());
        const events: PipelineEvent[] = [];
        print(dim(`watching ${pipeline}${forMs === undefined ? '; Ctrl-C ends it' : ''}`));
        const onEvent = (event: PipelineEvent) => {
          events.push(event);
          print(eventLine(event));
        };
        await watchPipeline(target, pipeline, { forMs, signal: stop.signal, onEvent });
        if (json) printJson(events);
      });
    });
}
