import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { dollars } from '#domain/costs/amount';
import { comparisonPage } from '#domain/reports/comparison-page';
import { decimalsFor, formatFixed } from '#domain/text/format-number';
import type { Difference, Estimate } from '#schemas/records/evaluation';
import type { RunComparison } from '#schemas/records/run-comparison';
import { compareJudgedRuns } from '../compare-runs.ts';
import { exitCodes } from '../exit-codes.ts';
import { bold, CliError, dim, green, print, printJson, red, seconds, table } from '../output.ts';
import { type JudgedRun, readJudgedRun } from '../run-report.ts';
import { findRun } from '../runs.ts';
import { withTarget } from './global.ts';

/** As many as a page has colours for. */
const mostRuns = 6;

const estimateText = (estimate: Estimate | null): string => {
  if (estimate === null) return '-';
  const { value, low, high, interval } = estimate;
  const decimals = decimalsFor(low, high);
  const range = interval === 'none' ? '' : ` (${formatFixed(low, decimals)}–${formatFixed(high, decimals)})`;
  return `${formatFixed(value, decimals)}${range}`;
};

/** Coloured where the interval excludes zero. */
const differenceText = ({ difference, low, high }: Difference, higherIsBetter: boolean | null): string => {
  const decimals = decimalsFor(low, high);
  const text = `${formatFixed(difference, decimals, true)} (${formatFixed(low, decimals, true)} to ${formatFixed(high, decimals, true)})`;
  if (higherIsBetter === null || (low <= 0 && high >= 0)) return text;
  return low > 0 === higherIsBetter ? green(text) : red(text);
};

/** A comparison as tables. */
export function describeComparison(comparison: RunComparison): string {
  const { runs, metrics, differences, hyperparameters, columns } = comparison;
  const ids = runs.map(({ runId }) => runId);
  const differing = (title: string, rows: RunComparison['columns']) =>
    rows.length === 0
      ? [`${bold(title)}: none`]
      : [
          bold(title),
          table(
            ['NAME', ...ids],
            rows.map(({ name, values }) => [name, ...values.map((v) => v ?? '-')]),
          ),
        ];
  const paired =
    'reason' in differences
      ? [`${bold('no paired differences')}: ${differences.reason}`]
      : [
          `${bold(`minus ${ids[0]}`)} ${dim(`on the ${differences.rows} holdout rows that all have, 95 % intervals`)}`,
          table(
            ['METRIC', ...ids.slice(1)],
            differences.metrics.map(({ metric, runs: own }) => {
              const higherIsBetter = metrics.find((one) => one.metric === metric)?.higherIsBetter ?? null;
              return [metric, ...own.map((one) => differenceText(one, higherIsBetter))];
            }),
          ),
        ];
  return [
    table(
      ['RUN', 'PIPELINE', 'STATUS', 'MODEL', 'ALGORITHM', 'DATA', 'TRAINING ROWS', 'TOOK', 'COST'],
      runs.map((run) => [
        run.runId,
        run.pipeline,
        run.status,
        run.modelVersion === null ? '-' : `v${run.modelVersion}`,
        run.algorithm,
        run.datasetVersion.slice(0, 19),
        run.rows.train.toLocaleString('en-US'),
        run.seconds === null ? '-' : seconds(run.seconds * 1000),
        run.usd === null ? '-' : dollars(run.usd),
      ]),
    ),
    `${bold('metrics')} ${dim('each on its own holdout, 95 % intervals')}`,
    table(
      ['METRIC', ...ids],
      metrics.map(({ metric, estimates }) => [metric, ...estimates.map(estimateText)]),
    ),
    ...paired,
    ...differing('hyperparameters that differ', hyperparameters),
    ...differing('columns that differ', columns),
  ].join('\n');
}

/** @throws CliError for a run that is named twice */
function requireDifferent(runs: readonly { readonly runId: string }[]): void {
  const twice = runs.find(({ runId }, i) => runs.findIndex((other) => other.runId === runId) !== i);
  if (twice) throw new CliError(`Run ${twice.runId} is named twice. "npx tidegate runs" lists them.`, exitCodes.usage);
}

export function compareCommand(program: Command): void {
  program
    .command('compare')
    .description(
      'compare runs: metrics with intervals, paired differences, settings and columns that differ, time, cost',
    )
    .argument('<runs...>', `2 to ${mostRuns} run ids or their starts; the others are compared with the first`)
    .option('--html <file>', 'write it as a page with plots too')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate compare 20260131-0905 20260207-0904
  $ npx tidegate compare 20260131-0905 20260207-0904 --html comparison.html`,
    )
    .action(async (ids: readonly string[], { html }: { readonly html?: string }, command: Command) => {
      if (ids.length < 2 || ids.length > mostRuns)
        throw new CliError(`Name 2 to ${mostRuns} runs to compare; there are ${ids.length}.`, exitCodes.usage);
      await withTarget(command, async (target, { json }) => {
        const runs = await Promise.all(ids.map((id) => findRun(target, id)));
        requireDifferent(runs);
        const judged: JudgedRun[] = await Promise.all(runs.map((run) => readJudgedRun(target, run)));
        const comparison = await compareJudgedRuns(target, judged);
        if (html !== undefined) {
          mkdirSync(dirname(html), { recursive: true });
          writeFileSync(
            html,
            comparisonPage(
              comparison,
              judged.map(({ report }) => report),
            ),
          );
        }
        if (json) return printJson({ ...comparison, ...(html === undefined ? {} : { page: html }) });
        print(describeComparison(comparison));
        if (html !== undefined) print(html);
      });
    });
}
