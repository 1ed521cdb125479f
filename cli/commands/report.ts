import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { testHistoryPage } from '#domain/reports/test-history';
import { artifactKeys } from '#domain/runs/layout';
import { requirePipeline, startOfLookBack } from '../arguments.ts';
import { writeDriftReport } from '../drift-report.ts';
import { reportedRuns } from '../endpoint-tests/history.ts';
import { testedEndpoint } from '../endpoint-tests/suite.ts';
import { exitCodes } from '../exit-codes.ts';
import { CliError, print, printJson } from '../output.ts';
import { findChromium, printPdf } from '../print-pdf.ts';
import { stateDirectory } from '../project.ts';
import { readJudgedRun } from '../run-report.ts';
import { findRun, type RunRecord } from '../runs.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

type ReportedRun = Pick<RunRecord, 'pipeline' | 'runId'>;

/** Fetches a page of a run to a file. @returns its path; undefined when the run has no such page */
async function fetchPage({ s3, outputs }: Target, key: string, path: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key: key }));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, (await Body?.transformToByteArray()) ?? '');
    return path;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** Fetches a run's report to a file and returns its path. @throws CliError when the run has none */
export async function fetchReport(target: Target, run: ReportedRun, file?: string): Promise<string> {
  const path = file ?? join(stateDirectory(), 'reports', `${run.pipeline}-${run.runId}.html`);
  const written = await fetchPage(target, artifactKeys(run).report, path);
  if (written !== undefined) return written;
  throw new CliError(
    `Run ${run.runId} has no report: its data was not read to the end, or it was refused for personal data and erased. "npx tidegate run ${run.runId}" shows why.`,
  );
}

/** Fetches the data report of a run to a file and returns its path. @throws CliError when the run has none */
export async function fetchDataReport(target: Target, run: ReportedRun, file?: string): Promise<string> {
  const path = file ?? join(stateDirectory(), 'reports', `${run.pipeline}-${run.runId}-data.html`);
  const written = await fetchPage(target, artifactKeys(run).dataReport, path);
  if (written !== undefined) return written;
  throw new CliError(
    `Run ${run.runId} has no data report: it is of an earlier version, has not fitted its model inputs yet, or ended before. "npx tidegate run ${run.runId}" shows how far it came; "npx tidegate report ${run.runId}" has what was counted by then.`,
  );
}

/** Writes the history of an endpoint's tests as a page. @returns its path */
async function writeTestHistory(target: Target, name: string, file?: string): Promise<string> {
  const endpoint = testedEndpoint(target, name);
  const runs = await reportedRuns(target, endpoint, chartedRuns);
  const path = file ?? join(stateDirectory(), 'reports', `${endpoint.endpoint}-tests.html`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, testHistoryPage({ endpoint: endpoint.endpoint, runs }));
  return path;
}

/** The page that the options ask for, written as HTML. @returns its path */
async function writePage(target: Target, id: string | undefined, options: ReportOptions): Promise<string> {
  const { out, tests, drift, data, since } = options;
  if (tests) {
    if (id === undefined) throw new CliError('Name the pipeline whose endpoint is tested.', exitCodes.usage);
    return writeTestHistory(target, id, out);
  }
  if (drift) {
    if (id === undefined) throw new CliError('Name the pipeline whose drift is wanted.', exitCodes.usage);
    requirePipeline(id);
    return writeDriftReport(target, id, { since: startOfLookBack(since), file: out });
  }
  const run = await findRun(target, id);
  return (data ? fetchDataReport : fetchReport)(target, run, out);
}

/** Runs of an endpoint's tests in a chart. */
const chartedRuns = 50;

interface ReportOptions {
  readonly out?: string;
  readonly pdf?: string;
  readonly tests?: boolean;
  readonly drift?: boolean;
  readonly data?: boolean;
  readonly since: string;
}

export function reportCommand(program: Command): void {
  program
    .command('report')
    .description(
      "fetch a run's report, or the history of an endpoint's tests or of drift checks: one HTML file; with --json, the run's report as JSON",
    )
    .argument('[run]', 'run id or its start, or a pipeline for its newest run')
    .option('--tests', 'the history of the tests of the endpoint: <run> is a pipeline, or the name of an endpoint')
    .option('--drift', 'the drift of a pipeline: its last check and the checks before')
    .option('--data', 'the data of a run: each column, what looks personal, what gives the label away, what to do')
    .option('--since <time>', 'with --drift: the checks since then, as 30d, 12h or 2026-01-31', '90d')
    .option('--out <file>', 'where to write it')
    .option(
      '--pdf <file>',
      'print it to a PDF too, by a Chromium, Chrome or Edge on this machine (or that CHROMIUM names)',
    )
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate report loan-default --out report.html
  $ npx tidegate report loan-default --pdf report.pdf
  $ npx tidegate report loan-default --json > report.json
  $ npx tidegate report loan-default --data
  $ npx tidegate report loan-default --tests
  $ npx tidegate report loan-default --drift`,
    )
    .action(async (id: string | undefined, options: ReportOptions, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const { pdf, out, tests, drift, data } = options;
        const isPage = tests || drift || data;
        if (json && !isPage && pdf === undefined && out === undefined)
          return printJson((await readJudgedRun(target, await findRun(target, id))).report);
        // before anything is fetched
        const chromium = pdf === undefined ? undefined : findChromium();
        const path = await writePage(target, id, options);
        if (pdf !== undefined) await printPdf(path, pdf, chromium);
        const written = { path: pdf ?? path, ...(pdf !== undefined && out !== undefined ? { page: path } : {}) };
        return json ? printJson(written) : print(written.path);
      });
    });
}
