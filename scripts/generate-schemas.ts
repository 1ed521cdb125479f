import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { pipelineSchema } from '#schemas/pipeline';

/** JSON Schema of a pipeline's YAML file, for editors. */
export const pipelineJsonSchema = (): string =>
  `${JSON.stringify({ title: 'Tidegate pipeline', ...z.toJSONSchema(pipelineSchema, { io: 'input' }) }, null, 2)}\n`;

if (import.meta.main) {
  const folder = fileURLToPath(new URL('../schemas/generated/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}pipeline.schema.json`, pipelineJsonSchema());
  console.log('schemas/generated/pipeline.schema.json written');
}
