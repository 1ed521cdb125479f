import { problemsText, readYaml } from 'located-yaml';
import { aliasOf } from '#domain/algorithms/registry';
import { PipelineConfigError } from '#domain/errors';
import { type Pipeline, type PipelineKinds, pipelineSchema, pipelineSchemaOf } from './pipeline.ts';

/** Settings whose keys are hyperparameters, below `training`. */
const hyperparameterPaths = ['training.hyperparameters', 'training.tuning.ranges'];

/** What `training.algorithm` is in a file that may be wrong in any way. */
const algorithmIn = (root: unknown): unknown =>
  (root as { readonly training?: { readonly algorithm?: unknown } } | undefined)?.training?.algorithm;

/**
 * Reads a pipeline's definition.
 *
 * @param file its name, for messages
 * @param kinds what it may name instead of the registered kinds
 * @throws PipelineConfigError naming file, line and column, path, what was found and what is allowed, for every problem at once
 */
export function parsePipeline(text: string, file: string, kinds?: PipelineKinds): Pipeline {
  const schema = kinds === undefined ? pipelineSchema : pipelineSchemaOf(kinds);
  const read = readYaml(text, schema, 'the file is empty; it must define a pipeline', {
    suggest: (path, key, root) =>
      hyperparameterPaths.includes(path.join('.')) ? aliasOf(key, algorithmIn(root), kinds?.algorithms) : undefined,
  });
  if ('data' in read) return read.data;
  throw new PipelineConfigError(problemsText(file, read.problems));
}
