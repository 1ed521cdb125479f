import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnknownPipelineError } from '#domain/errors';
import { parsePipeline } from '#schemas/load-pipeline';
import type { Pipeline } from '#schemas/pipeline';

/** Names of the pipelines packaged with the function. */
export function pipelineNames(root: string): string[] {
  return readdirSync(join(root, 'pipelines'))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -'.yml'.length))
    .toSorted();
}

/**
 * Reads a pipeline's definition from the function's package.
 *
 * @param root the folder that holds `pipelines/` (`LAMBDA_TASK_ROOT`)
 * @throws UnknownPipelineError when no pipeline has that name; PipelineConfigError when it is invalid.
 */
export function readPipeline(root: string, name: string): { text: string; pipeline: Pipeline } {
  const names = pipelineNames(root);
  if (!names.includes(name)) {
    throw new UnknownPipelineError(
      `No pipeline is named "${name}". There are: ${names.join(', ') || 'none'}. ` +
        `Put the drop below one of these prefixes, or add pipelines/${name}.yml and deploy.`,
    );
  }
  const file = `pipelines/${name}.yml`;
  const text = readFileSync(join(root, file), 'utf8');
  return { text, pipeline: parsePipeline(text, file) };
}
