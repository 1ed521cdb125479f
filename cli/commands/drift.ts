import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import { coverageText } from '#domain/drift/coverage';
import { explainDecision } from '#domain/drift/decision/explain';
import type { DriftTest } from '#domain/drift/drift-test';
import { togetherText } from '#domain/drift/joint/compare';
import { ALL_TESTS, strongestOf } from '#domain/drift/registry';
import { captureRemarks, describeReference, describeSilence } from '#domain/drift/windows/describe';
import { formatNumber, formatProbability } from '#domain/text/format-number';
import { upperFirst } from '#domain/text/upper-first';
import { type DriftCheck, driftCheckSchema, skippedDriftCheckSchema } from '#schemas/records/drift-check';
import type { MetricEstimate } from '#schemas/records/performance-estimate';
import { startOfLookBack } from '../arguments.ts';
import { checksTable, listChecks, readChecks } from '../drift-checks.ts';
import { endWith } from '../exit-codes.ts';
import { CliError, green, print, printJson, table, yellow } from '../output.ts';
import { requireRunning } from '../running-pipelines.ts';
import type { Target } from '../target.ts';
import { describeEnd, watchExecution } from '../watch.ts';
import { backtestCommand } from './drift-backtest.ts';
import { withTarget } from './global.ts';

/** The columns and the score of a check, one line each: the strongest finding, its effect, its threshold and its significance. */
export function driftTable(
  { columns, score, together }: Pick<DriftCheck, 'columns' | 'score' | 'together'>,
  tests: readonly Pick<DriftTest, 'name' | 'label'>[] = ALL_TESTS,
): string {
  return table(
    ['COLUMN', 'STRONGEST TEST', 'EFFECT', 'LIMIT', 'BY CHANCE', ''],
    [...columns, ...(score ? [score] : []), ...(together ? [together] : [])].map((c) => {
      const found = strongestOf(c, tests);
      const cells = found
        ? [
            found.label,
            found.statistic.toFixed(3),
            found.threshold.toFixed(3),
            found.p === undefined ? '' : formatProbability(found.p),
          ]
        : ['', '', '', ''];
      return [c.column, ...cells, c.drifted ? yellow('drifted') : ''];
    }),
  );
}

/** The metrics that were estimated, with their values on the holdout and their intervals. */
export const performanceTable = (metrics: readonly MetricEstimate[]): string =>
  table(
    ['METRIC', 'HOLDOUT', 'ESTIMATE', 'FROM', 'TO'],
    metrics.map(({ metric, reference, value, low, high }) => [
      metric,
      ...[reference, value, low, high].map((number) => formatNumber(number)),
    ]),
  );

/** What the window was compared with, where that is no training baseline, and what is to say of its captures. */
export function captureLines(check: DriftCheck): string[] {
  const { reference, arrivals, window } = check;
  const silence = describeSilence(arrivals, window);
  return [
    ...(silence === undefined ? [] : [yellow(silence)]),
    ...(reference && reference.kind !== 'training' ? [`compared with ${describeReference(reference)}`] : []),
    ...captureRemarks(check),
  ];
}

const alarmNames = {
  performance: 'alarm',
  columns: 'drift found',
  'slow-drift': 'slow drift found',
  labels: 'alarm by labels',
} as const satisfies Record<DriftCheck['decidedBy'], string>;

/** What the check came to, in one line. */
export function describeAlarm({ alarm, decidedBy, drifted, action, decision, step }: DriftCheck): string {
  if (alarm) {
    return yellow(`${alarmNames[decidedBy]}; action: ${action}${step ? ` (${step.reason})` : ''}`);
  }
  if (decision?.quiet !== undefined) return yellow(`${decision.severity}, but no alarm: ${decision.quiet}`);
  if (!drifted) return green('no drift');
  return green('columns drifted, but the estimated performance gives no reason for an alarm');
}

/** The checks since an instant, the oldest first. */
async function showChecks(target: Target, pipeline: string, since: string, json: boolean): Promise<void> {
  const checks = await readChecks(target, pipeline, await listChecks(target, pipeline, since));
  const records = checks.map(({ record }) => record);
  if (json) return printJson(records);
  if (records.length === 0) return print(`no check of ${pipeline} since ${since.slice(0, 16)}Z`);
  print(checksTable(records));
}

export function driftCommand(program: Command): void {
  const drift = program
    .command('drift')
    .description('check a pipeline for drift now, as its schedule does, or show its checks')
    .argument('<pipeline>')
    .option('--since <time>', 'the checks since then instead: a length of time, as 30d or 12h, or a day, as 2026-01-31')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate drift loan-default
  $ npx tidegate drift loan-default --since 30d`,
    )
    .action(async (pipeline: string, { since }: { readonly since?: string }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requireRunning(target, pipeline);
        if (since !== undefined) return showChecks(target, pipeline, startOfLookBack(since), json === true);
        const { executionArn = '' } = await target.sfn.send(
          new StartExecutionCommand({
            stateMachineArn: target.outputs.CheckDriftStateMachineArn,
            input: JSON.stringify({ pipeline }),
          }),
        );
        const ended = await watchExecution(target.sfn, executionArn, { silent: true });
        if (ended.status !== 'SUCCEEDED') throw new CliError(`The check ${describeEnd(ended)}`);
        const skipped = skippedDriftCheckSchema.safeParse(ended.output).data;
        if (skipped) {
          endWith('skipped');
          return json ? printJson(skipped) : print(`not checked: ${skipped.skipped}`);
        }
        const check = driftCheckSchema.parse(ended.output);
        if (check.tooSmall) endWith('skipped');
        else if (check.alarm) endWith('drifted');
        if (json) return printJson(check);
        const { window } = check;
        print(`${window.rows} rows from ${window.from} to ${window.to} against run ${check.runId}`);
        for (const line of captureLines(check)) print(line);
        if (check.tooSmall) return print('Too few rows to judge: see drift.minRows.');
        print(driftTable(check));
        if (check.coverage) print(coverageText(check.coverage));
        const all = togetherText(check);
        if (all !== undefined) print(all);
        if (check.together?.drifted) print(`All columns together drifted: ${check.together.reason}`);
        const { performance } = check;
        if (performance.status === 'estimated') print(performanceTable(performance.metrics));
        print(upperFirst(`${performance.reason}.`));
        if (check.decision) print(table(['DECISION', ''], explainDecision(check.decision)));
        print(describeAlarm(check));
      });
    });
  backtestCommand(drift);
}
