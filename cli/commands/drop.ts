import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Command } from 'commander';
import { bytes, CliError, dim, print, printJson } from '../output.ts';
import { pipelineNames, readProjectPipeline } from '../project.ts';
import { describeRunEnd, readVerdict } from '../run-end.ts';
import { requireRunning, warnOfEdits } from '../running-pipelines.ts';
import { listRuns, waitForExecution } from '../runs.ts';
import type { Target } from '../target.ts';
import { type Ended, watchExecution } from '../watch.ts';
import { withTarget } from './global.ts';

const notStarted =
  'The drop is in place, but no run started within a minute. "npx tidegate doctor" may show why, and "npx tidegate faults" shows whether a fault rule drops events.';

/** The default folder of a drop: the time to the second. */
const defaultFolder = (): string => new Date().toISOString().slice(0, 19).replaceAll(':', '-');

/**
 * Uploads files as one drop, with the marker last, so that no run starts before all files are there.
 *
 * @returns the drop's prefix in the raw bucket, ending in `/`
 * @throws CliError when the pipeline or a file does not exist
 */
export async function uploadDrop(
  { s3, outputs }: Target,
  pipeline: string,
  files: readonly string[],
  { folder = defaultFolder(), onProgress = (_file: string, _done: number, _of: number) => {} } = {},
): Promise<string> {
  for (const file of files) {
    if (!existsSync(file)) throw new CliError(`${file} does not exist.`);
    if (!statSync(file).isFile()) throw new CliError(`${file} is not a file.`);
  }
  const prefix = `${pipeline}/${folder}/`;
  for (const file of files) {
    const size = statSync(file).size;
    const upload = new Upload({
      client: s3,
      params: { Bucket: outputs.RawBucketName, Key: prefix + basename(file), Body: createReadStream(file) },
    });
    upload.on('httpUploadProgress', ({ loaded = 0 }) => onProgress(file, loaded, size));
    await upload.done();
  }
  const trigger = pipelineNames().includes(pipeline)
    ? readProjectPipeline(pipeline).dataset.trigger
    : { marker: '_SUCCESS' };
  if ('marker' in trigger) {
    await s3.send(
      new PutObjectCommand({ Bucket: outputs.RawBucketName, Key: prefix + trigger.marker, Body: new Uint8Array(0) }),
    );
  }
  return prefix;
}

/** Drops files and follows the run they start. */
export async function dropAndWatch(
  target: Target,
  pipeline: string,
  files: readonly string[],
  folder?: string,
): Promise<{ prefix: string; executionArn: string; ended: Ended }> {
  const since = Date.now();
  const prefix = await uploadDrop(target, pipeline, files, folder === undefined ? {} : { folder });
  print(
    `dropped ${files.length} file${files.length === 1 ? '' : 's'} at ${dim(`s3://${target.outputs.RawBucketName}/${prefix}`)}`,
  );
  const executionArn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, prefix, since, {
    otherwise: notStarted,
  });
  const ended = await watchExecution(target.sfn, executionArn);
  return { prefix, executionArn, ended };
}

export function dropCommand(program: Command): void {
  program
    .command('drop')
    .description('upload files as one drop of a pipeline; a run starts by itself')
    .argument('<pipeline>', 'name of the pipeline')
    .argument('<files...>', 'files of the drop')
    .option('--name <folder>', 'folder of the drop (default: the time)')
    .option('--watch', 'follow the run until it ends')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate drop loan-default loans.csv --watch
  $ npx tidegate drop loan-default january/*.csv --name 2026-01 --stage prod`,
    )
    .action(
      async (pipeline: string, files: string[], options: { name?: string; watch?: boolean }, command: Command) => {
        await withTarget(command, async (target, { json }) => {
          requireRunning(target, pipeline);
          warnOfEdits(target, pipeline);
          if (options.watch && !json) {
            const { ended, executionArn } = await dropAndWatch(target, pipeline, files, options.name);
            const run = (await listRuns(target, pipeline)).find((r) => r.executionArn === executionArn);
            print(describeRunEnd(ended, run, run && (await readVerdict(target, run))));
            if (run?.status === 'registered' && readProjectPipeline(pipeline).registry.approval === 'manual') {
              print(`It waits for a person: npx tidegate approve ${run.runId}`);
            }
            if (ended.status !== 'SUCCEEDED') process.exitCode = 1;
            return;
          }
          let shown = 0;
          const onProgress = (file: string, done: number, of: number) => {
            if (json || Date.now() - shown < 500 || done === of) return;
            shown = Date.now();
            print(dim(`  ${basename(file)} ${bytes(done)} of ${bytes(of)}`));
          };
          const since = Date.now();
          const prefix = await uploadDrop(target, pipeline, files, {
            onProgress,
            ...(options.name === undefined ? {} : { folder: options.name }),
          });
          const executionArn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, prefix, since, {
            otherwise: notStarted,
          });
          if (json) {
            const ended = options.watch ? await watchExecution(target.sfn, executionArn, { silent: true }) : undefined;
            printJson({ bucket: target.outputs.RawBucketName, prefix, executionArn, ...(ended ?? {}) });
            if (ended && ended.status !== 'SUCCEEDED') process.exitCode = 1;
            return;
          }
          print(
            `dropped at s3://${target.outputs.RawBucketName}/${prefix}; the run started. Follow it with "npx tidegate run ${pipeline}".`,
          );
        });
      },
    );
}
