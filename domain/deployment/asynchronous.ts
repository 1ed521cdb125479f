import * as z from 'zod';
import { alarmKind } from '#domain/alarms/registry';
import { pause, scalingProblem } from '#domain/deployment/scaling-settings';

/** `deployment.asynchronous.scaling`: how many instances serve, by the requests that wait. */
export const backlogScalingSchema = z
  .strictObject({
    min: z
      .int()
      .min(0)
      .max(100)
      .meta({
        description: 'The fewest instances. 0: none, and no cost of instances, while no request waits.',
        examples: [0],
      }),
    max: z
      .int()
      .min(1)
      .max(100)
      .meta({ description: 'The most instances. `instances.count` may not be above it.', examples: [2] }),
    backlogPerInstance: z
      .number()
      .gt(0)
      .default(5)
      .meta({
        description:
          'The requests that may wait or be answered for each instance, on average, before another is added.',
        examples: [10],
      }),
    scaleInSeconds: pause('instances were taken away'),
    scaleOutSeconds: pause('instances were added'),
  })
  .meta({
    description:
      'Adds and takes away instances by the requests that wait. It rests while a model is rolled out. Without this section the number stays `instances.count`.',
    examples: [{ min: 0, max: 2 }],
  });
export type BacklogScaling = z.infer<typeof backlogScalingSchema>;

/** `deployment.asynchronous`: an endpoint with a queue. */
export const asynchronousSchema = z
  .strictObject({
    maxConcurrent: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .meta({
        description: 'Requests that one instance answers at once; others wait. Without it SageMaker chooses.',
        examples: [4],
      }),
    scaling: backlogScalingSchema.optional(),
  })
  .meta({
    description:
      'Puts requests into a queue, from which the instances take them: they may scale to zero, and answers may take minutes. See [asynchronous endpoints](roll-outs.md#asynchronous-endpoints).',
    examples: [{ maxConcurrent: 4, scaling: { min: 0, max: 2 } }],
  });
export type AsynchronousSettings = z.infer<typeof asynchronousSchema>;

/** The settings beside `asynchronous` that it restricts. */
interface Beside {
  readonly asynchronous: Pick<AsynchronousSettings, 'scaling'>;
  readonly instances: { readonly count: number };
  readonly serverless?: unknown;
  readonly scaling?: unknown;
  readonly challenge?: unknown;
  readonly alarms?: Readonly<Record<string, unknown>> | undefined;
  readonly capturePercentage?: number | undefined;
}
type Problem = readonly [path: readonly string[], message: string];

/**
 * What an asynchronous endpoint cannot have. It publishes no metric of real-time requests beyond errors and the model's latency
 * (SageMaker Developer Guide, "Alarms and logs for tracking metrics from asynchronous endpoints"), data capture is for real-time
 * endpoints and batch transform (same, "Data capture"), and a challenger has to answer while a caller waits.
 *
 * @returns the path of each setting that is there nevertheless, with the fix
 */
export function asynchronousProblems(settings: Beside): Problem[] {
  const { serverless, scaling, challenge, alarms = {}, capturePercentage = 0, asynchronous, instances } = settings;
  const it = 'an asynchronous endpoint';
  const problems: (Problem | false)[] = [
    serverless !== undefined && [['serverless'], `${it} runs on instances; leave serverless out, or asynchronous`],
    scaling !== undefined && [
      ['scaling'],
      `${it} is scaled by what waits; set asynchronous.scaling, and leave this out`,
    ],
    challenge !== undefined && [
      ['challenge'],
      `${it} answers too late for a comparison while the caller waits; leave challenge out`,
    ],
    capturePercentage !== 0 && [['capturePercentage'], `${it} captures no requests; leave capturePercentage out`],
    ...Object.keys(alarms)
      .filter((name) => alarmKind(name).realTimeOnly)
      .map((name): Problem => [['alarms', name], `${it} does not publish its metric; leave ${name} out`]),
  ];
  const bounds = asynchronous.scaling;
  const ofBounds = bounds && scalingProblem(bounds, instances.count);
  const within = ofBounds?.[0][0] === 'scaling' ? ([['asynchronous', ...ofBounds[0]], ofBounds[1]] as const) : ofBounds;
  return [...problems.filter((problem) => problem !== false), ...(within ? [within] : [])];
}

/** How the endpoint of a pipeline is scaled; undefined for a fixed number of instances. */
export const scalingOf = <A, B>({
  scaling,
  asynchronous,
}: {
  readonly scaling?: A | undefined;
  readonly asynchronous?: { readonly scaling?: B | undefined } | undefined;
}): A | B | undefined => (asynchronous ? asynchronous.scaling : scaling);
