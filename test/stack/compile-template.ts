import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = [
  'domain',
  'functions',
  'pipelines',
  'plugins',
  'resources',
  'schemas',
  'statemachines',
  'package.json',
  'package-lock.json',
  'serverless.yml',
  'tsconfig.json',
];

export interface CompiledResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}
export interface CompiledTemplate {
  readonly Resources: Readonly<Record<string, CompiledResource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** Packages the service in a copy, without credentials, and reads the compiled template and the names of its zips' folder. */
export function compileTemplate(stage: string): { template: CompiledTemplate; folder: string; remove: () => void } {
  const copy = mkdtempSync(join(tmpdir(), 'tidegate-package-'));
  for (const source of sources) cpSync(join(root, source), join(copy, source), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  const { AWS_PROFILE: _p, AWS_ACCESS_KEY_ID: _k, AWS_SECRET_ACCESS_KEY: _s, ...env } = process.env;
  execFileSync(
    process.execPath,
    [join(root, 'node_modules', 'serverless', 'bin', 'serverless.js'), 'package', '--stage', stage],
    {
      cwd: copy,
      env: { ...env, SLS_TELEMETRY_DISABLED: '1' },
      stdio: 'pipe',
    },
  );
  const folder = join(copy, '.serverless');
  const template = JSON.parse(
    readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as CompiledTemplate;
  return { template, folder, remove: () => rmSync(copy, { recursive: true, force: true }) };
}
