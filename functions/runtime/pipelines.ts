import { nearestName } from 'located-yaml/nearest-name';
import { shownList } from '#domain/data/shown';
import { PipelineConfigError, UnknownPipelineError } from '#domain/errors';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { pipelineNames, readPackaged } from './packaged-pipelines.ts';

/** A stack may have fifty pipelines: a message names the first of them. */
const mostNames = 10;
/** A longer text is not compared with the names of pipelines. */
const longestName = 128;

/**
 * Reads a pipeline's definition from the function's package.
 *
 * @param root the folder that holds `pipelines/` (`LAMBDA_TASK_ROOT`)
 * @returns the YAML and its meaning
 * @throws UnknownPipelineError when no pipeline has that name; PipelineConfigError when it is invalid.
 */
export function readPipeline(root: string, name: string): { text: string; pipeline: Pipeline } {
  const packaged = readPackaged(root, name);
  if (!packaged) {
    const names = pipelineNames(root);
    // it may be the name of a folder, so it is not shown
    const meant = name.length > longestName ? undefined : nearestName(name, names);
    throw new UnknownPipelineError(
      `No pipeline has this name.${meant === undefined ? '' : ` Did you mean "${meant}"?`} There are: ${shownList(names, mostNames) || 'none'}. ` +
        'Put the drop below one of these prefixes, or add a pipeline of this name to pipelines/ and deploy.',
    );
  }
  const { data, error } = pipelineSchema.safeParse(packaged.value);
  if (data) return { text: packaged.text, pipeline: data };
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new PipelineConfigError(
    `pipelines/${name}.yml was packaged by another version of Tidegate: ${problems.join('; ')}. Deploy again.`,
  );
}
