import * as z from 'zod';
import { stageNamePattern } from '#domain/naming';
import { pipelineSchema } from './pipeline.ts';

/** Settings that replace others: they are checked as a part of the whole pipeline. */
const patch = (description: string) => z.record(z.string(), z.unknown()).nullable().optional().describe(description);

/**
 * `stages`: what differs in a stage. What makes a model and judges it is the same in every stage: a model that passed in `dev` by
 * other gates, on other columns or with other hyperparameters would prove nothing about `prod`.
 */
export const stagesSchema = z
  .record(
    z.string().regex(stageNamePattern, 'a stage has at most 7 lower-case letters and digits, a letter first'),
    z.strictObject({
      training: z
        .strictObject({ instances: patch('The machines that train in this stage.') })
        .optional()
        .describe('Only the machines that train may differ.'),
      registry: patch('Who approves a model in this stage.'),
      deployment: patch('What serves a model in this stage, and how it takes over.'),
      drift: patch('When this stage is checked for drift. `null`: never.'),
      notify: patch('Where messages of this stage go.'),
      budget: patch('What runs and the endpoint may cost in this stage.'),
      tracking: patch('Where runs of this stage are logged too. `null`: nowhere.'),
    }),
  )
  .meta({
    description:
      'What differs in a stage, by its name (`serverless deploy --stage prod`): settings below `training.instances`, `registry`, `deployment`, `drift`, `notify`, `budget` and `tracking`. They replace those of the file, setting by setting; `null` takes a setting out, `{}` and lists replace the whole. A stage without an entry has the settings of the file. See [stages](pipelines.md#stages).',
    examples: [
      {
        dev: { registry: { approval: 'auto' } },
        prod: { deployment: { instances: { count: 2 }, strategy: 'canary' } },
      },
    ],
  });

/** A pipeline's file, for editors and the reference. `parsePipeline` checks each stage's reading as a whole. */
export const pipelineFileSchema = z.strictObject({ ...pipelineSchema.shape, stages: stagesSchema.optional() });
