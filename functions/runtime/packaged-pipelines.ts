import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The pipelines in a function's package, each as its YAML and as JSON. Packaging has checked them and reported problems with their
 * lines.
 *
 * @param root the folder that holds `pipelines/` (`LAMBDA_TASK_ROOT`)
 */
export function pipelineNames(root: string): string[] {
  return readdirSync(join(root, 'pipelines'))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -'.yml'.length))
    .toSorted();
}

/** A pipeline's YAML, and its unchecked meaning; undefined when none has that name. */
export function readPackaged(root: string, name: string): { text: string; value: unknown } | undefined {
  if (!pipelineNames(root).includes(name)) return undefined;
  const read = (extension: string) => readFileSync(join(root, 'pipelines', `${name}.${extension}`), 'utf8');
  return { text: read('yml'), value: JSON.parse(read('json')) };
}
