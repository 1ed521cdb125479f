import { problemsText, readYaml } from 'located-yaml';
import { PipelineConfigError } from '#domain/errors';
import { type Pipeline, pipelineSchema } from './pipeline.ts';

/**
 * Reads a pipeline's definition.
 *
 * @param file its name, for messages
 * @throws PipelineConfigError naming file, line and column, path, what was found and what is allowed, for every problem at once
 */
export function parsePipeline(text: string, file: string): Pipeline {
  const read = readYaml(text, pipelineSchema, 'the file is empty; it must define a pipeline');
  if ('data' in read) return read.data;
  throw new PipelineConfigError(problemsText(file, read.problems));
}
