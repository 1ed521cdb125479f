import * as z from 'zod';

/** A day: longer pauses than this are no pauses. */
const longestPause = 86_400;

/** A setting of Application Auto Scaling's cool-downs, in seconds. */
export const pause = (what: string) =>
  z
    .int()
    .min(0)
    .max(longestPause)
    .default(300)
    .meta({ description: `Seconds to wait after ${what} before more are.`, examples: [600] });

/** `deployment.scaling`: how many instances serve, by the requests that they receive. */
export const scalingSchema = z
  .strictObject({
    min: z
      .int()
      .min(1)
      .max(100)
      .meta({ description: 'The fewest instances. `instances.count` may not be below it.', examples: [1] }),
    max: z
      .int()
      .min(1)
      .max(100)
      .meta({ description: 'The most instances. `instances.count` may not be above it.', examples: [4] }),
    invocationsPerInstance: z
      .number()
      .gt(0)
      .meta({
        description:
          'The requests a minute that one instance is to receive, on average. Measure what an instance can take and leave room: 70 % of it, for example.',
        examples: [700],
      }),
    scaleInSeconds: pause('instances were taken away'),
    scaleOutSeconds: pause('instances were added'),
  })
  .meta({
    description:
      'Adds and takes away instances so that each receives about as many requests as it should. It rests while a model is rolled out. Without this section the number stays `instances.count`. See [scaling](roll-outs.md#scaling).',
    examples: [{ min: 1, max: 4, invocationsPerInstance: 700 }],
  });
export type ScalingSettings = z.infer<typeof scalingSchema>;

/** The problem with bounds of the number of instances, and where; undefined if there is none. */
export function scalingProblem(
  { min, max }: Pick<ScalingSettings, 'min' | 'max'>,
  count: number,
): readonly [path: readonly string[], message: string] | undefined {
  if (max < min) return [['scaling', 'max'], `must be at least min, ${min}`];
  if (count < min || count > max) {
    return [['instances', 'count'], `an endpoint begins with ${count}; scaling keeps it between ${min} and ${max}`];
  }
  return undefined;
}
