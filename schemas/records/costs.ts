import * as z from 'zod';

/** An amount in US dollars, never rounded: only a display rounds. */
export const amountSchema = z.object({
  usd: z.number().min(0),
  about: z.boolean().describe('whether prices of another region or assumed durations are in it'),
  unknown: z.array(z.string()).describe('the items without a known price: then the amount is a lower bound'),
});
export type Amount = Readonly<z.output<typeof amountSchema>>;

/** What money is spent on. */
export const costKindSchema = z.enum(['training', 'scoring', 'functions', 'states', 'endpoint']);
export type CostKind = z.output<typeof costKindSchema>;

/** A quantity of a priced item. */
export const usageSchema = z.object({
  kind: costKindSchema,
  item: z.string().describe('as in the price table'),
  quantity: z.number().min(0).describe('in the unit of the item'),
  measured: z
    .boolean()
    .describe('whether AWS reported it; otherwise it follows from the configuration and earlier runs'),
});
export type Usage = Readonly<z.output<typeof usageSchema>>;

/** The jobs of one kind in a run. */
export const jobsSchema = z.object({
  use: z.enum(['training', 'transform']),
  instanceType: z.string(),
  instances: z.int().min(1),
  jobs: z.int().min(0),
  seconds: z.number().min(0).describe('billable wall-clock seconds of all of them together, of one instance each'),
  volumeGb: z.number().min(0).describe('gigabytes of disk of each instance'),
});
export type Jobs = Readonly<z.output<typeof jobsSchema>>;

/** What a run used, as far as AWS reported it. */
export const measuredSchema = z.object({
  jobs: z.array(jobsSchema),
  transitions: z.number().min(0),
  calls: z.number().min(0).describe('invocations of functions'),
  gbSeconds: z.number().min(0).describe('gigabyte-seconds of functions'),
});
export type Measured = Readonly<z.output<typeof measuredSchema>>;

/** What a run costs: `costs` of its record in the state table. */
export const runCostsSchema = z.object({
  region: z.string(),
  estimate: amountSchema.optional().describe('before it began'),
  like: z.string().optional().describe('the earlier run whose durations the estimate has'),
  actual: amountSchema.optional().describe('what it used, at the same prices'),
  byKind: z.partialRecord(costKindSchema, z.number()).optional().describe('the actual dollars by kind'),
  measured: measuredSchema.optional(),
  forced: z.string().optional().describe('the budget that it was started over, by a person'),
});
export type RunCosts = Readonly<z.output<typeof runCostsSchema>>;

const bounds = z.object({ min: z.int().min(0) });

/** What the cost of an endpoint needs of the configuration that its run was admitted with (`config.json`). */
export const servedCostsSchema = z.object({
  deployment: z.object({
    instances: z.object({ type: z.string(), count: z.int().min(1) }),
    serverless: z.object({}).optional(),
    scaling: bounds.optional(),
    asynchronous: z.object({ scaling: bounds.optional() }).optional(),
  }),
});

/** An admitted run, as far as costs need it: `run#<id>` of the state table. */
export const costedRunSchema = z.object({
  runId: z.string(),
  bytes: z.number().min(0).default(0),
  costs: runCostsSchema.optional(),
});

const byKindSchema = z.partialRecord(costKindSchema, z.number()).describe('dollars by kind, of what was spent');

/** What a pipeline cost in a month until now, and will have cost at its end. */
export const pipelineMonthSchema = z.object({
  pipeline: z.string(),
  runs: z.int().min(0),
  spent: amountSchema,
  byKind: byKindSchema,
  forecast: amountSchema,
  endpointLeft: amountSchema.describe('what the endpoint costs from now to the end of the month'),
});
export type PipelineMonth = Readonly<z.output<typeof pipelineMonthSchema>>;

/** The same of a stage: what `tidegate costs --json` prints. */
export const stageMonthsSchema = z.object({
  month: z.string().describe('a calendar month in UTC, as 2026-12'),
  spent: amountSchema,
  byKind: byKindSchema,
  forecast: amountSchema.describe('at the end of the month'),
  before: z.number().min(0).describe('what the month before came to'),
  budget: z.number().optional().describe('what the pipelines of the stage may cost together in a month'),
  pipelines: z.array(pipelineMonthSchema).describe('the dearest first'),
});
export type StageMonths = Readonly<z.output<typeof stageMonthsSchema>>;
