import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { CliError } from './output.ts';
import { newestSource, pipelineNames, projectRoot, readProjectPipeline } from './project.ts';

/** Folder of the packaged service the embedded cloud runs. */
export const packageDirectory = join(projectRoot, '.serverless');
export const templateFile = join(packageDirectory, 'cloudformation-template-update-stack.json');
const stampFile = join(packageDirectory, 'serverless-state.json');

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

/** Whether the package is missing, older than the sources, or of another stage. */
export function packageIsStale(stage: string): boolean {
  return (
    !existsSync(templateFile) ||
    !existsSync(stampFile) ||
    statSync(stampFile).mtimeMs < newestSource() ||
    !isPackagedFor(stage, JSON.parse(readFileSync(stampFile, 'utf8')))
  );
}

/**
 * Packages the service for the embedded cloud: the same `serverless package` that a deployment runs, with this machine's
 * DuckDB binding.
 *
 * @throws PipelineConfigError for the first invalid pipeline; CliError with the tool's output
 */
export async function packageService(stage: string): Promise<void> {
  // the packager would report it too, but below its own stack trace
  for (const name of pipelineNames()) readProjectPipeline(name);
  const serverless = join(projectRoot, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const child = spawn(process.execPath, [serverless, 'package', '--stage', stage, '--param', 'hostBinding=true'], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number>((resolve, reject) =>
    child.on('error', reject).on('close', (exit) => resolve(exit ?? 1)),
  );
  if (code !== 0) throw new CliError(`Packaging failed:\n${text.trim()}`);
}
