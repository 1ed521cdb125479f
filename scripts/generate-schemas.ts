import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { faultFileSchema } from 'embedded-cloud/faults';
import * as z from 'zod';
import { slackApi } from '#cli/slack-page/faults';
import { pipelineFileSchema } from '#schemas/pipeline-stages';
import { runReportSchema } from '#schemas/records/run-report';
import { explanationSchema } from '#schemas/why';
import { authorSchema } from './json-schema.ts';
import { withStagePatches } from './stage-patches.ts';

const jsonText = (title: string, schema: object): string => `${JSON.stringify({ title, ...schema }, null, 2)}\n`;

/** JSON Schema of a pipeline's YAML file, for editors. */
export const pipelineJsonSchema = (): string =>
  jsonText('Tidegate pipeline', withStagePatches(authorSchema(pipelineFileSchema)));

/** JSON Schema of a fault file, for editors. */
export const faultFileJsonSchema = (): string => jsonText('Tidegate faults', authorSchema(faultFileSchema([slackApi])));

/** JSON Schema of what `tidegate why --json` prints. */
export const whyJsonSchema = (): string => jsonText('Tidegate explanation', z.toJSONSchema(explanationSchema));

/** JSON Schema of what `tidegate report --json` prints. */
export const reportJsonSchema = (): string => jsonText('Tidegate run report', z.toJSONSchema(runReportSchema));

if (import.meta.main) {
  const folder = fileURLToPath(new URL('../schemas/generated/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const files = {
    'pipeline.schema.json': pipelineJsonSchema(),
    'faults.schema.json': faultFileJsonSchema(),
    'why.schema.json': whyJsonSchema(),
    'report.schema.json': reportJsonSchema(),
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(`${folder}${name}`, text);
    console.log(`schemas/generated/${name} written`);
  }
}
