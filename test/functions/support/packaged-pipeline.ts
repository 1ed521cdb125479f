import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/**
 * Writes a pipeline as a function's package holds it: its YAML, and the same as JSON.
 *
 * @param root the folder that holds `pipelines/`
 */
export function putPackagedPipeline(root: string, name: string, yaml: string): void {
  writeFileSync(join(root, 'pipelines', `${name}.yml`), yaml);
  writeFileSync(join(root, 'pipelines', `${name}.json`), JSON.stringify(parse(yaml)));
}
