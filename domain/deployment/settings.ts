import * as z from 'zod';
import { ALARMS, alarmsSchema } from '#domain/alarms/registry';
import { challengeSchema } from '#domain/challenges/registry';
import { asynchronousProblems, asynchronousSchema } from '#domain/deployment/asynchronous';
import { scalingProblem, scalingSchema } from '#domain/deployment/scaling-settings';
import { serverlessProblems, serverlessSchema } from '#domain/deployment/serverless';
import { instanceType } from '#domain/instance-type';
import { rollOutProblem } from '#domain/roll-outs/pace';
import { ROLL_OUTS, type RollOutName } from '#domain/roll-outs/registry';

const names = ROLL_OUTS.map(({ name }) => name) as [RollOutName, ...RollOutName[]];

/** `deployment`: how an approved model is served. */
export const deploymentSchema = z
  .object({
    instances: z
      .object({
        type: instanceType
          .default('ml.m5.large')
          .meta({ description: 'The SageMaker instance type of the endpoint.', examples: ['ml.c6i.xlarge'] }),
        count: z
          .int()
          .min(1)
          .max(20)
          .default(1)
          .meta({ description: 'How many instances serve the model.', examples: [2] }),
      })
      .strict()
      .prefault({})
      .describe('The machines of the endpoint.'),
    serverless: serverlessSchema.optional(),
    asynchronous: asynchronousSchema.optional(),
    scaling: scalingSchema.optional(),
    strategy: z
      .enum(names)
      .default('all-at-once')
      .meta({
        description: `How traffic moves from the former model to the new one. ${ROLL_OUTS.map(({ name, summary }) => `\`${name}\`: ${summary}`).join(' ')} See [roll-outs](roll-outs.md).`,
        examples: names,
      }),
    percent: z
      .int()
      .min(1)
      .max(50)
      .optional()
      .meta({
        description: `How much one step moves, in percent. Without it: ${ROLL_OUTS.flatMap((s) => ('percent' in s ? [`${s.percent.default} for \`${s.name}\``] : [])).join(', ')}.`,
        examples: [20],
      }),
    bakeMinutes: z
      .int()
      .min(0)
      .max(60)
      .optional()
      .meta({
        description:
          'Minutes that each step is watched before the next one, and before the old fleet goes. Without it: 10, and 0 for `all-at-once`.',
        examples: [5],
      }),
    alarms: alarmsSchema.optional().meta({
      description: `The limits at which SageMaker goes back to the former model while the roll-out is watched. Two of three minutes must be beyond a limit. Without it: ${ALARMS.flatMap((kind) => ('usual' in kind ? [`\`${kind.name}: ${kind.usual}\``] : [])).join(' and ')}, where there is a step to watch. \`{}\`: no alarms.`,
      examples: [{ errors: 2, latency: 250 }],
    }),
    challenge: challengeSchema.optional(),
    log: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .meta({
        description:
          'The percentage of requests through `predict` that are logged: model inputs, scores, latencies and tokens of ids, no raw value. Without it none are, except during a challenge. See [the prediction log](challenges.md#the-prediction-log).',
        examples: [10],
      }),
    capturePercentage: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .meta({
        description:
          'The percentage of requests that are kept with their answers. Drift checks with `drift.source: captures` read them. 0 keeps none, and a serverless or asynchronous endpoint can keep none.',
        default: 100,
        examples: [20],
      }),
    maxWaitMinutes: z
      .int()
      .min(5)
      .max(480)
      .default(60)
      .meta({
        description:
          'Minutes until the endpoint must serve the new model. After that the deployment fails and the former model stays.',
        examples: [30],
      }),
  })
  .strict()
  .superRefine((settings, ctx) => {
    const { asynchronous } = settings;
    if (asynchronous) {
      for (const [path, message] of asynchronousProblems({ ...settings, asynchronous }))
        ctx.addIssue({ code: 'custom', path: [...path], message });
    } else if (settings.serverless) {
      for (const [setting, message] of serverlessProblems(settings))
        ctx.addIssue({ code: 'custom', path: [setting], message });
      return;
    }
    const [field, message] = rollOutProblem(settings) ?? [];
    if (field !== undefined) ctx.addIssue({ code: 'custom', path: [field], message: String(message) });
    const bounds = asynchronous ? undefined : settings.scaling;
    const [path, problem] = (bounds && scalingProblem(bounds, settings.instances.count)) ?? [];
    if (path) ctx.addIssue({ code: 'custom', path: [...path], message: String(problem) });
  })
  .transform(({ capturePercentage, ...settings }) => ({
    ...settings,
    capturePercentage: capturePercentage ?? (settings.serverless || settings.asynchronous ? 0 : 100),
  }))
  .prefault({})
  .describe('What serves an approved model, and how it takes over.');
export type DeploymentSettings = z.infer<typeof deploymentSchema>;
