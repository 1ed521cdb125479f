import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload as ObjectUpload } from '@aws-sdk/lib-storage';
import type { Command } from 'commander';
import { counted } from '#domain/text/numbers';
import { checkFiles, checkFolderName, defaultFolder, freeFolder } from '../drop-folder.ts';
import { type Followed, followRun } from '../follow-run.ts';
import { bytes, dim, print, printJson } from '../output.ts';
import { pipelineNames, readProjectPipeline } from '../project.ts';
import { printFollowed, reportRunEnd } from '../run-end.ts';
import { requireRunning, warnOfEdits } from '../running-pipelines.ts';
import { waitForExecution } from '../runs.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

const notStarted =
  'The drop is in place, but no run started within a minute. "npx tidegate doctor" may show why, and "npx tidegate faults" shows whether a fault rule drops events.';

/** Files that are sent at the same time: enough to hide the time of a request, few enough for a laptop's connection. */
const uploadsAtOnce = 8;

/** How much of a drop is sent. */
export interface UploadProgress {
  readonly files: number;
  readonly ofFiles: number;
  readonly bytes: number;
  readonly ofBytes: number;
}

export interface UploadOptions {
  /** Default: a new one, named by the time. */
  readonly folder?: string;
  /** A folder of the pipeline that holds no drops, in which that folder lies. */
  readonly within?: string;
  /** Drop the files in the place of those that stand in the folder. */
  readonly replace?: boolean;
  readonly onProgress?: (progress: UploadProgress) => void;
}

interface Upload {
  readonly bucket: string;
  readonly prefix: string;
  readonly files: readonly string[];
  readonly onProgress: (progress: UploadProgress) => void;
}

/** Sends files to a prefix, some at a time. After a failure no further file is begun. */
async function uploadFiles(client: Target['s3'], { bucket, prefix, files, onProgress }: Upload): Promise<void> {
  const ofBytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const sent = new Map<string, number>();
  let done = 0;
  const report = () =>
    onProgress({
      files: done,
      ofFiles: files.length,
      bytes: [...sent.values()].reduce((sum, size) => sum + size, 0),
      ofBytes,
    });
  await Readable.from(files).forEach(
    async (file: string) => {
      const upload = new ObjectUpload({
        client,
        params: { Bucket: bucket, Key: prefix + basename(file), Body: createReadStream(file) },
      });
      upload.on('httpUploadProgress', ({ loaded = 0 }) => {
        sent.set(file, loaded);
        report();
      });
      await upload.done();
      done++;
      report();
    },
    { concurrency: uploadsAtOnce },
  );
}

/** What ends a drop of a pipeline. One that this project does not have is taken to be as usual. */
export const triggerOf = (pipeline: string, stage: string) =>
  pipelineNames().includes(pipeline) ? readProjectPipeline(pipeline, stage).dataset.trigger : { marker: '_SUCCESS' };

/**
 * Uploads files as one drop, with the marker last, so that no run starts before all files are there.
 *
 * @returns the drop's prefix in the raw bucket, ending in `/`
 * @throws CliError when a file does not exist, or the folder exists and is not to be replaced
 */
export async function uploadDrop(
  target: Pick<Target, 's3' | 'outputs' | 'stage'>,
  pipeline: string,
  given: readonly string[],
  { folder = defaultFolder(), within, replace = false, onProgress = () => {} }: UploadOptions = {},
): Promise<string> {
  const { s3, outputs, stage } = target;
  const trigger = triggerOf(pipeline, stage);
  const files = checkFiles(given, trigger);
  checkFolderName(folder, trigger);
  const prefix = `${pipeline}/${within === undefined ? '' : `${within}/`}${folder}/`;
  await freeFolder(target, prefix, { files, trigger, replace });
  await uploadFiles(s3, { bucket: outputs.RawBucketName, prefix, files, onProgress });
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
  options: UploadOptions = {},
): Promise<Followed & { prefix: string }> {
  const since = Date.now();
  const prefix = await uploadDrop(target, pipeline, files, options);
  print(
    `dropped ${files.length} file${files.length === 1 ? '' : 's'} at ${dim(`s3://${target.outputs.RawBucketName}/${prefix}`)}`,
  );
  const executionArn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, prefix, since, {
    otherwise: notStarted,
  });
  return { prefix, ...(await followRun(target, pipeline, executionArn, { since, prefix })) };
}

interface DropOptions {
  readonly name?: string;
  readonly replace?: boolean;
  readonly watch?: boolean;
}

export function dropCommand(program: Command): void {
  program
    .command('drop')
    .description('upload files as one drop of a pipeline; a run starts by itself')
    .argument('<pipeline>', 'name of the pipeline')
    .argument('<files...>', 'files of the drop')
    .option('--name <folder>', 'folder of the drop (default: a new one, named by the time)')
    .option('--replace', 'if the folder exists, drop the files in the place of those in it')
    .option('--watch', 'follow the run until it ends')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate drop loan-default loans.csv --watch
  $ npx tidegate drop loan-default january/*.csv --name 2026-01 --stage prod`,
    )
    .action(async (pipeline: string, files: string[], options: DropOptions, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requireRunning(target, pipeline);
        warnOfEdits(target, pipeline);
        const upload = {
          ...(options.name === undefined ? {} : { folder: options.name }),
          replace: options.replace === true,
        };
        if (options.watch && !json) {
          return reportRunEnd(target, await dropAndWatch(target, pipeline, files, upload));
        }
        let shown = 0;
        const onProgress = (sent: UploadProgress) => {
          if (json || Date.now() - shown < 500 || sent.files === sent.ofFiles) return;
          shown = Date.now();
          print(
            dim(`  ${sent.files} of ${counted(sent.ofFiles, 'file')}, ${bytes(sent.bytes)} of ${bytes(sent.ofBytes)}`),
          );
        };
        const since = Date.now();
        const prefix = await uploadDrop(target, pipeline, files, {
          ...upload,
          onProgress,
        });
        const executionArn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, prefix, since, {
          otherwise: notStarted,
        });
        if (json) {
          const placed = { bucket: target.outputs.RawBucketName, prefix, executionArn };
          if (!options.watch) return printJson(placed);
          const followed = await followRun(target, pipeline, executionArn, { since, prefix, silent: true });
          return printFollowed(placed, followed);
        }
        print(
          `dropped at s3://${target.outputs.RawBucketName}/${prefix}; the run started. Follow it with "npx tidegate run ${pipeline}".`,
        );
      });
    });
}
