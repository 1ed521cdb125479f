import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { artifactKeys } from '#domain/runs/layout';
import { CliError, print, printJson } from '../output.ts';
import { stateDirectory } from '../project.ts';
import { findRun, type RunRecord } from '../runs.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

/** Fetches a run's report to a file and returns its path. @throws CliError when the run has none */
export async function fetchReport(
  { s3, outputs }: Target,
  run: Pick<RunRecord, 'pipeline' | 'runId'>,
  file?: string,
): Promise<string> {
  const path = file ?? join(stateDirectory(), 'reports', `${run.pipeline}-${run.runId}.html`);
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key: artifactKeys(run).report }),
    );
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, (await Body?.transformToByteArray()) ?? '');
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') {
      throw new CliError(
        `Run ${run.runId} has no report: its data was not read to the end. "npx tidegate run ${run.runId}" shows why.`,
      );
    }
    throw error;
  }
  return path;
}

export function reportCommand(program: Command): void {
  program
    .command('report')
    .description("fetch a run's report, one HTML file")
    .argument('[run]', 'run id or its start, or a pipeline for its newest run')
    .option('--out <file>', 'where to write it')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate report loan-default --out report.html`,
    )
    .action(async (id: string | undefined, { out }: { out?: string }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const run = await findRun(target, id);
        const path = await fetchReport(target, run, out);
        if (json) printJson({ runId: run.runId, path });
        else print(path);
      });
    });
}
