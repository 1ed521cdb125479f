import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Command } from 'commander';
import { shownList } from '#domain/data/shown';
import { wholeNumber } from '../arguments.ts';
import { readCloud } from '../cloud-file.ts';
import { endWith } from '../exit-codes.ts';
import { CliError, dim, green, print, printJson, red, yellow } from '../output.ts';
import { findOrphanedEndpoints } from '../pipeline-inventory.ts';
import { pipelineNames, projectRoot, readProjectPipeline } from '../project.ts';
import { pythonNeeds } from '../python/environment.ts';
import { differingPipelines } from '../running-pipelines.ts';
import { type Finding, protectionFinding, quotaFindings } from '../stage-findings.ts';
import { closeTarget, localStage, openTarget } from '../target.ts';
import { readWaiting, waitingFinding } from '../waiting-messages.ts';
import { type GlobalOptions, globalOptions } from './global.ts';

const reason = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 24
    ? { what: 'Node', state: 'ok', detail: process.version }
    : {
        what: 'Node',
        state: 'missing',
        detail: `${process.version}, 24 is needed`,
        fix: 'npm ci brings its own Node 24',
      };
}

function duckdb(): Finding {
  try {
    const { version } = createRequire(import.meta.url)('@duckdb/node-api') as { version: () => string };
    return { what: 'DuckDB', state: 'ok', detail: version() };
  } catch (error) {
    return {
      what: 'DuckDB',
      state: 'missing',
      detail: reason(error),
      fix: 'npm ci (on Linux, macOS or Windows; x64 or arm64)',
    };
  }
}

function python(): Finding {
  const { label: what, module, fromPyPI, debianPackage } = pythonNeeds;
  const home = join(projectRoot, '.tidegate', 'python');
  const made = existsSync(home)
    ? readdirSync(home).find((name) => existsSync(join(home, name, 'tidegate-ready.json')))
    : undefined;
  if (process.env['TIDEGATE_PYTHON'])
    return { what, state: 'ok', detail: `TIDEGATE_PYTHON=${process.env['TIDEGATE_PYTHON']}` };
  if (made) return { what, state: 'ok', detail: join('.tidegate', 'python', made) };
  try {
    execFileSync('python3', ['-c', `import ${module}`], { stdio: 'ignore' });
    return { what, state: 'ok', detail: `python3 imports ${module}` };
  } catch {
    // otherwise: a Python that can create the virtual environment
  }
  try {
    const version = execFileSync('python3', ['-c', 'import venv, ensurepip, sys; print(sys.version.split()[0])'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return {
      what,
      state: 'later',
      detail: `python3 ${version.trim()}; "tidegate up" makes a virtual environment with ${fromPyPI}`,
    };
  } catch {
    return {
      what,
      state: 'missing',
      detail: 'no python3 with venv',
      fix: `install Python 3.10 or later with venv (Debian: apt install python3-venv), or apt install ${debianPackage}`,
    };
  }
}

function disk(): Finding {
  const { bavail, bsize } = statfsSync(projectRoot);
  const free = (bavail * bsize) / 1e9;
  const detail = `${free.toFixed(1)} GB free`;
  return free > 2
    ? { what: 'Disk', state: 'ok', detail }
    : { what: 'Disk', state: 'missing', detail, fix: 'free at least 2 GB' };
}

function git(): Finding {
  try {
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: projectRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return { what: 'Git commit', state: 'ok', detail: commit };
  } catch {
    return { what: 'Git commit', state: 'later', detail: 'no git checkout: lineage says "unknown"' };
  }
}

function pipelines(stage: string): Finding {
  const problems = pipelineNames().flatMap((name) => {
    try {
      readProjectPipeline(name, stage);
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
  return problems.length === 0
    ? { what: 'Pipelines', state: 'ok', detail: `${pipelineNames().length}: ${shownList(pipelineNames(), 10)}` }
    : { what: 'Pipelines', state: 'missing', detail: problems.join('\n'), fix: 'fix the files' };
}

async function cloud(): Promise<Finding> {
  const running = await readCloud();
  const differing = running ? differingPipelines({ cloud: running }) : [];
  if (running && differing.length > 0) {
    return {
      what: 'Embedded cloud',
      state: 'later',
      detail: `up at ${running.endpoint}, with other pipelines than on disk: ${differing.join(', ')}`,
      fix: 'npx tidegate up',
    };
  }
  return running
    ? { what: 'Embedded cloud', state: 'ok', detail: `up at ${running.endpoint}` }
    : { what: 'Embedded cloud', state: 'later', detail: 'not up', fix: 'npx tidegate up' };
}

/** Endpoints whose pipelines are gone, and messages that Slack has not taken. */
async function running(options: GlobalOptions): Promise<Finding[]> {
  const target = await openTarget(options);
  try {
    const found = await findOrphanedEndpoints(target, pipelineNames());
    return [
      ...found.map(
        ({ pipeline, endpoint }): Finding => ({
          what: 'Orphaned endpoint',
          state: 'missing',
          detail: `${endpoint} serves, but pipelines/${pipeline}.yml is gone`,
          fix: `npx tidegate retire ${pipeline}, or restore the file`,
        }),
      ),
      waitingFinding(await readWaiting(target)),
    ];
  } finally {
    closeTarget(target);
  }
}

const flights = (): Finding =>
  existsSync(join(projectRoot, 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet'))
    ? { what: 'Flight data', state: 'ok', detail: 'vega-datasets: 3 M US flights' }
    : {
        what: 'Flight data',
        state: 'later',
        detail: 'vega-datasets is not installed; only flight-delay needs it',
        fix: 'npm ci',
      };

/** The project's pipelines; those that do not validate are reported elsewhere. */
function validPipelines(stage: string) {
  return pipelineNames().flatMap((name) => {
    try {
      return [readProjectPipeline(name, stage)];
    } catch {
      return [];
    }
  });
}

/** A stack that cannot be read. @throws what is not meant for the user */
function notChecked(error: unknown): Finding[] {
  if (!(error instanceof CliError)) throw error;
  return [{ what: 'Endpoints, messages', state: 'later', detail: `not checked: ${error.message}` }];
}

/** What a stage on AWS lacks. */
async function stageFindings(stage: string, shardConcurrency: number, options: GlobalOptions): Promise<Finding[]> {
  if (options.profile) process.env['AWS_PROFILE'] = options.profile;
  return [
    await protectionFinding(stage, options.region),
    ...(await quotaFindings(validPipelines(stage), shardConcurrency, options.region)),
    ...(await running(options).catch(notChecked)),
  ];
}

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description("check what is missing on this machine, or with --stage the account's quotas, and how to get it")
    .option('--shard-concurrency <n>', 'the parameter shardConcurrency of the stage', wholeNumber(1, 10_000), 40)
    .action(async ({ shardConcurrency }: { shardConcurrency: number }, command: Command) => {
      const options = globalOptions(command);
      const stage = options.stage ?? process.env['TIDEGATE_STAGE'] ?? localStage;
      const findings =
        stage !== localStage
          ? [pipelines(stage), ...(await stageFindings(stage, shardConcurrency, options))]
          : [
              node(),
              duckdb(),
              python(),
              disk(),
              git(),
              pipelines(stage),
              flights(),
              await cloud(),
              ...((await readCloud()) ? await running({}) : []),
            ];
      if (options.json) printJson(findings);
      else {
        for (const { what, state, detail, fix } of findings) {
          const mark = state === 'ok' ? green('✓') : state === 'later' ? yellow('•') : red('✗');
          print(
            `${mark} ${what.padEnd(20)} ${detail}${fix && state !== 'ok' ? `\n  ${' '.repeat(20)} ${dim(`→ ${fix}`)}` : ''}`,
          );
        }
      }
      if (findings.some(({ state }) => state === 'missing')) endWith('failed');
    });
}
