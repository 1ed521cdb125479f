import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePipeline } from '#schemas/load-pipeline';
import type { Pipeline } from '#schemas/pipeline';

/** The project's folder. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The embedded cloud's state directory; `TIDEGATE_HOME` overrides it. */
export const stateDirectory = (): string => process.env['TIDEGATE_HOME'] ?? join(projectRoot, '.tidegate');

/** Names of the pipelines below `pipelines/`. */
export const pipelineNames = (): string[] =>
  readdirSync(join(projectRoot, 'pipelines'))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -4))
    .toSorted();

/** Reads and validates one pipeline. @throws PipelineConfigError naming file, line and path. */
export function readProjectPipeline(name: string): Pipeline {
  const file = `pipelines/${name}.yml`;
  return parsePipeline(readFileSync(join(projectRoot, file), 'utf8'), file);
}

const sources = [
  'functions',
  'domain',
  'schemas',
  'statemachines',
  'resources',
  'pipelines',
  'packages/located-yaml',
  'plugins',
  'serverless.yml',
  'package-lock.json',
];

/** Time of the newest change to the packaged sources, in ms since the epoch. */
export function newestSource(): number {
  const newest = (path: string): number => {
    const info = statSync(path);
    if (!info.isDirectory()) return info.mtimeMs;
    return readdirSync(path).reduce((max, name) => Math.max(max, newest(join(path, name))), info.mtimeMs);
  };
  return Math.max(...sources.map((source) => newest(join(projectRoot, source))));
}
