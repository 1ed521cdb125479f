import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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
  readonly UpdateReplacePolicy?: string;
}
export interface CompiledTemplate {
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, CompiledResource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** A copy of the project, packaged. */
export interface PackagedProject {
  /** The copy's folder; a state directory for the embedded cloud may be made in it. */
  readonly copy: string;
  /** Where the zips and the template are. */
  readonly folder: string;
  readonly templatePath: string;
  readonly template: CompiledTemplate;
  remove(): void;
}

/**
 * Packages a copy of the project without credentials.
 *
 * @param pipelines YAML files to put beside the project's own pipelines
 * @param params parameters of the stage by name
 */
export function packageProject(
  stage: string,
  { pipelines = [] as readonly string[], hostBinding = false, params = {} as Readonly<Record<string, string>> } = {},
): PackagedProject {
  const copy = mkdtempSync(join(tmpdir(), 'tidegate-package-'));
  for (const source of sources) cpSync(join(root, source), join(copy, source), { recursive: true });
  for (const file of pipelines) cpSync(file, join(copy, 'pipelines', basename(file)));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  const { AWS_PROFILE: _p, AWS_ACCESS_KEY_ID: _k, AWS_SECRET_ACCESS_KEY: _s, ...env } = process.env;
  const serverless = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const given = Object.entries({ ...(hostBinding ? { hostBinding: 'true' } : {}), ...params });
  execFileSync(
    process.execPath,
    [serverless, 'package', '--stage', stage, ...given.flatMap(([name, value]) => ['--param', `${name}=${value}`])],
    {
      cwd: copy,
      env: { ...env, SLS_TELEMETRY_DISABLED: '1' },
      stdio: 'pipe',
    },
  );
  const folder = join(copy, '.serverless');
  const templatePath = join(folder, 'cloudformation-template-update-stack.json');
  const template = JSON.parse(readFileSync(templatePath, 'utf8')) as CompiledTemplate;
  return { copy, folder, templatePath, template, remove: () => rmSync(copy, { recursive: true, force: true }) };
}
