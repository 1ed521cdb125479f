import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from './output.ts';
import { newestSource, projectRoot } from './project.ts';

/** Folder of the packaged service the embedded cloud runs. */
export const packageDirectory = join(projectRoot, '.serverless');
export const templateFile = join(packageDirectory, 'cloudformation-template-update-stack.json');
const stampFile = join(packageDirectory, 'serverless-state.json');

/** Whether the package is missing, older than the sources, or of another stage. */
export function packageIsStale(): boolean {
  return !existsSync(templateFile) || !existsSync(stampFile) || statSync(stampFile).mtimeMs < newestSource();
}

/**
 * Packages the service for the embedded cloud: the same `serverless package` that a deployment runs, with this machine's
 * DuckDB binding.
 *
 * @throws CliError with the tool's own words
 */
export async function packageService(stage: string): Promise<void> {
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
