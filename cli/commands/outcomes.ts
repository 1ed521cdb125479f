import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Upload } from '@aws-sdk/lib-storage';
import type { Command } from 'commander';
import { outcomeItems, outcomesPrefix } from '#domain/outcomes/layout';
import { counted } from '#domain/text/numbers';
import { recordedOutcomesSchema } from '#schemas/events/outcomes';
import type { Estimate } from '#schemas/records/evaluation';
import type { OutcomesFile } from '#schemas/records/outcome';
import { type Performance, performanceSchema } from '#schemas/records/performance';
import { checkFiles, checkFolderName, defaultFolder } from '../drop-folder.ts';
import { endWith } from '../exit-codes.ts';
import { labelsTable, readGroupNames, readLabelWindows, severityText } from '../label-windows.ts';
import { listItems } from '../model-versions.ts';
import { CliError, print, printJson, table, yellow } from '../output.ts';
import { requireRunning } from '../running-pipelines.ts';
import { waitForExecution } from '../runs.ts';
import type { Target } from '../target.ts';
import { describeEnd, watchExecution } from '../watch.ts';
import { withTarget } from './global.ts';

const notStarted =
  'The file is in place, but nothing recorded it within a minute. "npx tidegate doctor" may show why, and "npx tidegate faults" shows whether a fault rule drops events.';

/** Sends one file with outcomes. @returns its key in the raw bucket @throws CliError when it does not exist */
export async function uploadOutcomes(
  { s3, outputs }: Pick<Target, 's3' | 'outputs'>,
  pipeline: string,
  given: string,
  folder = defaultFolder(),
): Promise<string> {
  const trigger = { marker: '_SUCCESS' };
  const [file = given] = checkFiles([given], trigger);
  checkFolderName(folder, trigger);
  const key = `${outcomesPrefix(pipeline)}${folder}/${basename(file)}`;
  const params = { Bucket: outputs.RawBucketName, Key: key, Body: createReadStream(file) };
  await new Upload({ client: s3, params }).done();
  return key;
}

/** How many rows of a file became what, in sentences. */
export function describeFile(file: OutcomesFile): string[] {
  const { rows, joined, malformed, unknown, rowNeeded, repeated, problems, windows = [] } = file;
  return [
    `${counted(joined, 'outcome')} of ${counted(rows, 'row')} recorded`,
    ...(repeated > 0 ? [`${counted(repeated, 'row')} came again: the latest counts`] : []),
    ...(unknown > 0 ? [yellow(`${counted(unknown, 'row')} without a known prediction`)] : []),
    ...(rowNeeded > 0
      ? [yellow(`${counted(rowNeeded, 'row')} of requests with several rows: add the column row`)]
      : []),
    ...(malformed > 0 ? [yellow(`${counted(malformed, 'malformed row')}:`)] : []),
    ...problems.map(({ column, reason, count }) => `  ${column ?? '(the row)'}: ${reason} (${count})`),
    ...windows.flatMap(({ from, to, modelPackageVersion, severity, reason, estimate }) => [
      `version ${modelPackageVersion}, predictions of ${from} to ${to}: ${severityText(severity, reason)}`,
      ...(estimate === undefined ? [] : [`  ${estimate}`]),
    ]),
  ];
}

/** Metrics in the table, at most: the first of the task that a day has. */
const shownMetrics = 3;
const shown = ({ value, low, high, interval }: Estimate): string =>
  interval === 'none' ? value.toFixed(3) : `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

/** Realised performance, the newest day first: a line for each model. */
export function performanceTable(days: readonly Performance[]): string {
  const names = [...new Set(days.flatMap(({ models }) => models.flatMap(({ metrics }) => Object.keys(metrics))))];
  const metrics = names.slice(0, shownMetrics);
  return table(
    ['DAY', 'MODEL', 'ANSWERS', 'ROWS', ...metrics.map((name) => name.toUpperCase())],
    days.flatMap(({ day, models }) =>
      models.map((model) => [
        day,
        `version ${model.modelPackageVersion}`,
        model.returned ? 'returned' : 'compared',
        String(model.rows),
        ...metrics.map((name) => (model.metrics[name] === undefined ? '' : shown(model.metrics[name]))),
      ]),
    ),
  );
}

/** Realised performance by day, the newest first. */
export async function readPerformance(target: Target, pipeline: string): Promise<Performance[]> {
  const items = await listItems(target, target.outputs.StateTableName, pipeline, outcomeItems.days);
  return items.map((item) => performanceSchema.parse(item)).toSorted((a, b) => (a.day < b.day ? 1 : -1));
}

/** Windows that are shown, the newest. */
const mostWindows = 3;

async function showPerformance(target: Target, pipeline: string, json: boolean): Promise<void> {
  const days = await readPerformance(target, pipeline);
  const windows = await readLabelWindows(target, pipeline);
  if (json) return printJson({ days, windows });
  if (days.length === 0) {
    return print(`no outcomes yet. Send some with "npx tidegate outcomes ${pipeline} <file>".`);
  }
  print(performanceTable(days));
  const shownWindows = windows.slice(0, mostWindows);
  if (shownWindows.length > 0) print(labelsTable(shownWindows, await readGroupNames(target, pipeline, shownWindows)));
}

export function outcomesCommand(program: Command): void {
  program
    .command('outcomes')
    .description('send a file with what came true, or show how the models did')
    .argument('<pipeline>')
    .argument('[file]', 'the label with inferenceId (and row), or with the id column; without it: realised performance')
    .option('--name <folder>', "the file's folder (default: the time)")
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate outcomes loan-default paid-back.csv
  $ npx tidegate outcomes loan-default --json`,
    )
    .action(
      async (pipeline: string, file: string | undefined, options: { readonly name?: string }, command: Command) => {
        await withTarget(command, async (target, { json }) => {
          requireRunning(target, pipeline);
          if (file === undefined) return showPerformance(target, pipeline, json === true);
          const since = Date.now();
          const key = await uploadOutcomes(target, pipeline, file, options.name);
          const machine = target.outputs.RecordOutcomesStateMachineArn;
          const arn = await waitForExecution(target, machine, key, since, { otherwise: notStarted });
          const ended = await watchExecution(target.sfn, arn, { silent: true });
          if (ended.status !== 'SUCCEEDED') throw new CliError(`The file was not recorded: ${describeEnd(ended)}`);
          const recorded = recordedOutcomesSchema.parse(ended.output);
          if (recorded.decision === 'skipped') endWith('skipped');
          if (json) return printJson(recorded);
          if (recorded.decision === 'skipped') return print(`not recorded: ${recorded.reason}`);
          for (const line of describeFile(recorded.file)) print(line);
        });
      },
    );
}
