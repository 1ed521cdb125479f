import { batchPrefix } from '../domain/batch/layout.ts';
import { driftSchema } from '../domain/drift/settings.ts';
import { reportsPrefix, sketchesPrefix } from '../domain/drift/windows/layout.ts';
import { keptDays } from '../domain/drift/windows/settings.ts';
import { outcomesPrefix } from '../domain/outcomes/layout.ts';
import { cleanUpPrefix } from '../domain/retention/layout.ts';
import { captureDays } from '../domain/retention/lengths.ts';
import { daysOf } from '../domain/retention/settings.ts';
import { capturePrefix, fileListPrefix, predictionPrefix } from '../domain/runs/layout.ts';
import type { Pipeline } from '../schemas/pipeline.ts';
import type { Value } from './cloudformation.ts';

/** The settings of a pipeline that say how long what lies in the buckets is kept. */
type Keeping = Pick<Pipeline, 'name' | 'drift' | 'retention'>;

/** What a pipeline without drift checks has counted before expires as with the default settings. */
const usual = driftSchema.parse({ schedule: 'rate(1 day)' });
/** The records of clean-ups are as small as they are few. */
const cleanUpDays = 365;

const dropOldVersions = (days: number): Value => ({
  Id: 'drop-old-versions',
  Status: 'Enabled',
  NoncurrentVersionExpiration: { NoncurrentDays: days },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
});

/**
 * Has the objects below a prefix expire. A rule matches one prefix, so each pipeline has its own (S3 User Guide, "Lifecycle configuration
 * elements"; a bucket has at most 1,000 rules). The bucket is versioned: an object that expired is a former version for a day more.
 */
const expire = (id: string, prefix: string, days: number): Value => ({
  Id: `expire-${id}`,
  Status: 'Enabled',
  Prefix: prefix,
  ExpirationInDays: days,
  NoncurrentVersionExpiration: { NoncurrentDays: 1 },
});

/**
 * The lifecycle rules of the artifacts bucket: old versions go, counted captures once no check looks back as far, and reports of checks.
 * Records of runs go by the machine clean-up, which knows what is in use.
 */
export const artifactRules = (pipelines: readonly Keeping[]): Value[] => [
  dropOldVersions(30),
  ...pipelines.flatMap(({ name, drift = usual, retention }) => [
    expire(`counted-captures-${name}`, sketchesPrefix(name), keptDays(drift)),
    expire(`drift-reports-${name}`, reportsPrefix(name), daysOf(retention.reports)),
  ]),
  expire('clean-ups', cleanUpPrefix, cleanUpDays),
];

/** The lifecycle rules of the clean bucket. Rows of runs go by the machine clean-up. */
export const cleanRules = (pipelines: readonly Keeping[]): Value[] => [
  dropOldVersions(30),
  // Callers read an answer within minutes; nothing else reads it.
  expire('asynchronous-requests', '_asynchronous/', 7),
  ...pipelines.flatMap((pipeline) => {
    const { name, retention } = pipeline;
    return [
      expire(`captures-${name}`, `${capturePrefix(name)}/`, captureDays(pipeline)),
      expire(`predictions-${name}`, predictionPrefix(name), daysOf(retention.predictions)),
      expire(`outcomes-${name}`, outcomesPrefix(name), daysOf(retention.predictions)),
      expire(`scores-${name}`, batchPrefix(name), daysOf(retention.scores)),
    ];
  }),
];

/** The lifecycle rules of the raw bucket: of what Tidegate wrote there. No rule matches a drop. */
export const rawRules = (pipelines: readonly Keeping[]): Value[] => [
  dropOldVersions(90),
  ...pipelines.map(({ name, retention }) =>
    expire(`quarantine-${name}`, fileListPrefix(name), daysOf(retention.quarantine)),
  ),
];
