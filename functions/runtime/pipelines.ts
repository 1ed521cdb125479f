import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from 'located-yaml/nearest-name';
import { PipelineConfigError, UnknownPipelineError } from '#domain/errors';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';

/** A longer text is not compared with the names of pipelines. */
const longestName = 128;

/** Names of the pipelines packaged with the function. */
export function pipelineNames(root: string): string[] {
  return readdirSync(join(root, 'pipelines'))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -'.yml'.length))
    .toSorted();
}

/**
 * Reads a pipeline's definition from the function's package, which holds each YAML file as JSON too. Packaging has checked the
 * YAML and reported its problems with their lines.
 *
 * @param root the folder that holds `pipelines/` (`LAMBDA_TASK_ROOT`)
 * @returns the YAML and its meaning
 * @throws UnknownPipelineError when no pipeline has that name; PipelineConfigError when it is invalid.
 */
export function readPipeline(root: string, name: string): { text: string; pipeline: Pipeline } {
  const names = pipelineNames(root);
  if (!names.includes(name)) {
    // it may be the name of a folder, so it is not shown
    const meant = name.length > longestName ? undefined : nearestName(name, names);
    throw new UnknownPipelineError(
      `No pipeline has this name.${meant === undefined ? '' : ` Did you mean "${meant}"?`} There are: ${names.join(', ') || 'none'}. ` +
        'Put the drop below one of these prefixes, or add a pipeline of this name to pipelines/ and deploy.',
    );
  }
  const text = readFileSync(join(root, 'pipelines', `${name}.yml`), 'utf8');
  const json: unknown = JSON.parse(readFileSync(join(root, 'pipelines', `${name}.json`), 'utf8'));
  const { data, error } = pipelineSchema.safeParse(json);
  if (data) return { text, pipeline: data };
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new PipelineConfigError(
    `pipelines/${name}.yml was packaged by another version of Tidegate: ${problems.join('; ')}. Deploy again.`,
  );
}
