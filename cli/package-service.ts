import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { CliError } from './output.ts';
import { pipelineNames, projectRoot, readProjectPipeline, readSources, type Sources } from './project.ts';

/** Folder of the packaged service the embedded cloud runs. */
export const packageDirectory = join(projectRoot, '.serverless');
export const templateFile = join(packageDirectory, 'cloudformation-template-update-stack.json');
const stateFile = join(packageDirectory, 'serverless-state.json');
/** Written last: which sources are in the package. The packager removes it when it begins. */
const sourcesFile = join(packageDirectory, 'tidegate-sources.json');
/** Held by whoever packages or starts from the package: two at once would tear it. */
export const packageLock = join(projectRoot, 'node_modules', '.cache', 'tidegate-package.lock');

const packagedSchema = z.object({
  service: z.object({
    custom: z.object({ hostBinding: z.boolean() }),
    functions: z.record(z.string(), z.object({ name: z.string() })),
  }),
});

/**
 * Whether a package was made for this machine. `serverless deploy` leaves the package of another stage, with the DuckDB binding
 * for Lambda, in the same folder.
 *
 * @param state the packager's `serverless-state.json`
 */
export function isPackagedFor(stage: string, state: unknown): boolean {
  const packaged = packagedSchema.safeParse(state);
  if (!packaged.success || !packaged.data.service.custom.hostBinding) return false;
  const names = Object.values(packaged.data.service.functions).map(({ name }) => name);
  return names.length > 0 && names.every((name) => name.startsWith(`tidegate-${stage}-`));
}

const sourcesSchema = z.object({ hash: z.string(), pipelines: z.record(z.string(), z.string()) });

/** JSON of a file; undefined when it is missing or damaged. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The sources that are in the package; undefined when it was not made by `packageService`, or not to the end. */
export const packagedSources = (): Sources | undefined => sourcesSchema.safeParse(readJson(sourcesFile)).data;

/** Whether the package is missing, made from other sources, or of another stage. */
export const packageIsStale = (stage: string, sources: Sources): boolean =>
  !existsSync(templateFile) || packagedSources()?.hash !== sources.hash || !isPackagedFor(stage, readJson(stateFile));

/**
 * Packages the service for the embedded cloud: the same `serverless package` that a deployment runs, with this machine's
 * DuckDB binding.
 *
 * @throws PipelineConfigError for the first invalid pipeline; CliError with the tool's output
 */
export async function packageService(stage: string): Promise<void> {
  // the packager would report it too, but below its own stack trace
  for (const name of pipelineNames()) readProjectPipeline(name, stage);
  const serverless = join(projectRoot, 'node_modules', 'serverless', 'bin', 'serverless.js');
  // What changes meanwhile is not in the package: it is found stale the next time.
  const sources = readSources();
  const command = [serverless, 'package', '--stage', stage, '--param', 'hostBinding=true'];
  // The packager throws and catches an error for each value that it writes; their stacks take longer than the rest.
  const child = spawn(process.execPath, ['--stack-trace-limit=0', ...command], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      SLS_NOTIFICATIONS_MODE: 'off',
      SLS_TELEMETRY_DISABLED: '1',
      NODE_COMPILE_CACHE: join(projectRoot, 'node_modules', '.cache', 'tidegate-compiled'),
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number>((resolve, reject) =>
    child.on('error', reject).on('close', (exit) => resolve(exit ?? 1)),
  );
  if (code !== 0) throw new CliError(`Packaging failed:\n${text.trim()}`);
  writeFileSync(sourcesFile, JSON.stringify(sources));
}
