import { driftSchema } from '../domain/drift/settings.ts';
import { sketchesPrefix } from '../domain/drift/windows/layout.ts';
import { keptDays } from '../domain/drift/windows/settings.ts';
import type { Pipeline } from '../schemas/pipeline.ts';
import type { Value } from './cloudformation.ts';

/** What a pipeline without drift checks has counted before expires as with the default settings. */
const usual = driftSchema.parse({ schedule: 'rate(1 day)' });

/**
 * The lifecycle rules of the artifacts bucket: old versions go, and so do counted captures once no check looks back as far. A rule matches
 * one prefix, so each pipeline has its own (S3 User Guide, "Lifecycle configuration elements"; a bucket has at most 1,000 rules).
 */
export const artifactRules = (pipelines: readonly Pick<Pipeline, 'name' | 'drift'>[]): Value[] => [
  {
    Id: 'drop-old-versions',
    Status: 'Enabled',
    NoncurrentVersionExpiration: { NoncurrentDays: 30 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  },
  ...pipelines.map(({ name, drift = usual }) => ({
    Id: `expire-counted-captures-${name}`,
    Status: 'Enabled',
    Prefix: sketchesPrefix(name),
    ExpirationInDays: keptDays(drift),
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  })),
];
