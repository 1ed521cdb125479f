import { join } from 'node:path';
import type { CloudContext, CloudService } from '#local/cloud/service';
import { s3Resources } from './cloudformation.ts';
import { type LifecycleOutcome, runLifecycle } from './lifecycle.ts';
import { bucketPolicy, type PolicyDocument } from './operations/bucket-policy.ts';
import { prepareCall } from './route.ts';
import { openState } from './state.ts';
import { parseCall } from './wire/call.ts';
import { formatError } from './wire/error-response.ts';
import { requestMembers } from './wire/request-members.ts';

export type { LifecycleOutcome } from './lifecycle.ts';
export type { PolicyDocument } from './operations/bucket-policy.ts';

/** Amazon S3 over files and SQLite. */
export interface S3Service extends CloudService {
  /** The bucket's policy, for whoever evaluates it; undefined when there is none. */
  resourcePolicy(bucket: string): PolicyDocument | undefined;
  /** Carries out every lifecycle rule that is due by the clock. AWS does so once a day; here nobody else calls it. */
  applyLifecycle(): Promise<LifecycleOutcome>;
}

/** Opens the store below `join(stateDir, 's3')`, which one process at a time may use. */
export const createS3 = async (context: CloudContext): Promise<S3Service> => {
  const s3 = await openState(context, join(context.stateDir, 's3'));
  return {
    signingNames: ['s3'],
    prepare: async (request) => {
      const parsed = parseCall(request);
      const call = await prepareCall(s3, parsed);
      return {
        ...call,
        input: requestMembers(parsed, call),
        execute: async () => withRequestId(await call.execute(), request.id),
      };
    },
    formatError,
    resources: s3Resources(s3),
    resourcePolicy: (bucket) => bucketPolicy(s3, bucket),
    applyLifecycle: () => runLifecycle(s3),
    start: async () => s3.outbox.start(),
    close: async () => s3.catalog.close(),
  };
};

const withRequestId = <T extends { readonly headers?: Readonly<Record<string, string>> }>(
  response: T,
  id: string,
): T => ({
  ...response,
  headers: { 'x-amz-request-id': id, 'x-amz-id-2': id, ...response.headers },
});
