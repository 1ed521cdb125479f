import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
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

/** Reads one pipeline with its settings for a stage, and validates those for all. @throws PipelineConfigError naming file, line and path. */
export function readProjectPipeline(name: string, stage: string): Pipeline {
  const file = `pipelines/${name}.yml`;
  return parsePipeline(readFileSync(join(projectRoot, file), 'utf8'), file, { stage });
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
  'package.json',
  'package-lock.json',
];

/** Every file below a path, the path itself if it is one; relative to the project, sorted. */
function filesOf(path: string): string[] {
  const full = join(projectRoot, path);
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .filter(({ name }) => name !== 'node_modules')
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)]));
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** What the packaged service is made of: one hash over every source file, and one for each pipeline. */
export interface Sources {
  readonly hash: string;
  /** Name → hash of its YAML. */
  readonly pipelines: Readonly<Record<string, string>>;
}

/** Hashes of the sources as they are on disk. A file that was only touched is the same. */
export function readSources(): Sources {
  const hash = createHash('sha256');
  const optional = ['costs.yml'].filter((file) => existsSync(join(projectRoot, file)));
  for (const file of [...sources, ...optional].flatMap(filesOf)) {
    hash.update(`${file}\0${sha256(readFileSync(join(projectRoot, file)))}\n`);
  }
  return {
    hash: hash.digest('hex'),
    pipelines: Object.fromEntries(pipelineNames().map((name) => [name, pipelineHash(name)])),
  };
}

/** Hash of one pipeline's YAML as it is on disk. */
export const pipelineHash = (name: string): string =>
  sha256(readFileSync(join(projectRoot, 'pipelines', `${name}.yml`)));
