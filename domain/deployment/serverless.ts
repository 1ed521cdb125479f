import * as z from 'zod';

/** Gigabytes that a serverless endpoint may have (SageMaker API Reference, ProductionVariantServerlessConfig). */
const gigabytes = [1, 2, 3, 4, 5, 6] as const;

/** `deployment.serverless`: an endpoint that costs nothing while nobody asks. */
export const serverlessSchema = z
  .strictObject({
    memoryMb: z
      .literal(gigabytes.map((gb) => gb * 1024))
      .default(2048)
      .meta({ description: 'Megabytes of memory. The processor grows with them.', examples: [4096] }),
    maxConcurrency: z
      .int()
      .min(1)
      .max(200)
      .default(5)
      .meta({
        description: 'Requests that are answered at once. Others are refused and can be sent again.',
        examples: [20],
      }),
  })
  .meta({
    description:
      'Serves without instances of its own: `instances` is not used, a request after a quiet time waits for a start, and requests are not captured. See [serverless endpoints](roll-outs.md#serverless-endpoints).',
    examples: [{ memoryMb: 2048, maxConcurrency: 5 }],
  });
export type ServerlessSettings = z.infer<typeof serverlessSchema>;

/** The settings that a serverless endpoint does not have. */
interface Excluded {
  readonly strategy: string;
  readonly bakeMinutes?: number | undefined;
  readonly alarms?: Readonly<Record<string, unknown>> | undefined;
  readonly scaling?: unknown;
  readonly capturePercentage?: number | undefined;
}

/**
 * What a serverless endpoint cannot have: deployment guardrails, alarms that go with them, scaling of instances and data capture
 * (SageMaker Developer Guide, "Deploy models with Amazon SageMaker Serverless Inference", feature exclusions).
 *
 * @returns each setting that is there nevertheless, with the fix
 */
export function serverlessProblems({
  strategy,
  bakeMinutes = 0,
  alarms = {},
  scaling,
  capturePercentage = 0,
}: Excluded): (readonly [setting: string, message: string])[] {
  const none = 'a serverless endpoint';
  return [
    ...(strategy === 'all-at-once'
      ? []
      : [['strategy', `${none} is updated all at once; leave strategy out`] as const]),
    ...(bakeMinutes === 0
      ? []
      : [['bakeMinutes', `${none} is updated without a wait; leave bakeMinutes out`] as const]),
    ...(Object.keys(alarms).length === 0
      ? []
      : [['alarms', `${none} is updated without alarms; leave alarms out`] as const]),
    ...(scaling === undefined
      ? []
      : [['scaling', `${none} scales by itself, up to maxConcurrency; leave scaling out`] as const]),
    ...(capturePercentage === 0
      ? []
      : [['capturePercentage', `${none} captures no requests; leave capturePercentage out`] as const]),
  ];
}
