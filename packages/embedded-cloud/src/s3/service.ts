import { join } from 'node:path';
import type { AuthorizationRequest, CloudContext, CloudService } from '#src/cloud/service';
import { timerLoop } from '#src/cloud/timer-loop';
import { createAccessLog } from './access-log.ts';
import { s3Resources } from './cloudformation.ts';
import { withRequestConditions } from './conditions.ts';
import { type LifecycleOutcome, runLifecycle } from './lifecycle.ts';
import { s3Members } from './members.ts';
import { bucketPolicy } from './operations/bucket-policy.ts';
import type { PolicyDocument } from './policy-document.ts';
import { prepareCall } from './route.ts';
import { openState } from './state.ts';
import { parseCall, type S3Call } from './wire/call.ts';
import { formatError } from './wire/error-response.ts';
import { requestMembers } from './wire/request-members.ts';

export type { LifecycleOutcome } from './lifecycle.ts';

/** Amazon S3 over files and SQLite. */
export interface S3Service extends CloudService {
  /** The bucket's policy, to be evaluated; undefined when there is none. */
  resourcePolicy(bucket: string): PolicyDocument | undefined;
  /** Carries out every lifecycle rule that is due by the clock: at the start, and at each midnight UTC. */
  applyLifecycle(): Promise<LifecycleOutcome>;
  /** Writes the access logs that came in: each hour, and when the service closes. */
  deliverAccessLogs(): Promise<void>;
}

/** Opens the store below `join(stateDir, 's3')`, which one process at a time may use. */
export const createS3 = async (context: CloudContext): Promise<S3Service> => {
  const s3 = await openState(context, join(context.stateDir, 's3'));
  const accessLog = createAccessLog(s3);
  const { clock, log } = context;
  let nextHour = clock.now();
  let nextMidnight = clock.now();
  const housekeeping = timerLoop({
    clock,
    next: () => Math.min(nextHour, nextMidnight),
    run: async (now) => {
      if (now >= nextHour) {
        nextHour = nextMultiple(now, 3_600_000);
        await accessLog.deliver();
      }
      if (now >= nextMidnight) {
        nextMidnight = nextMultiple(now, 86_400_000);
        const outcome = await runLifecycle(s3);
        if (Object.values(outcome).some((count) => count > 0))
          log('info', 'lifecycle rules were carried out', { ...outcome });
      }
    },
    onError: (error) => log('error', 'S3 could not keep house', { error: String(error) }),
  });
  return {
    signingNames: ['s3'],
    members: s3Members,
    prepare: async (request) => {
      const parsed = withConditions(parseCall(request), context);
      const call = await prepareCall(s3, parsed);
      accessLog.begin(parsed);
      return {
        ...call,
        authorize: withRequestConditions(parsed, context, call.authorize),
        input: requestMembers(parsed, call),
        execute: async () => {
          const response = withRequestId(await call.execute(), request.id);
          accessLog.end(request, response);
          return response;
        },
      };
    },
    formatError: (error, request) => {
      const response = formatError(error, request);
      accessLog.end(request, response, error.code);
      return response;
    },
    resources: s3Resources(s3),
    resourcePolicy: (bucket) => bucketPolicy(s3, bucket),
    applyLifecycle: () => runLifecycle(s3),
    deliverAccessLogs: () => accessLog.deliver(),
    start: async () => {
      s3.outbox.start();
      housekeeping.start();
    },
    close: async () => {
      await housekeeping.close();
      await accessLog.deliver();
      s3.catalog.close();
    },
  };
};

const nextMultiple = (now: number, of: number): number => (Math.floor(now / of) + 1) * of;

/** Questions asked while a call is prepared see the request's conditions too. */
const withConditions = (call: S3Call, context: CloudContext): S3Call => {
  const { isAllowed } = call.request;
  if (!isAllowed) return call;
  const asking = (entry: AuthorizationRequest): boolean =>
    withRequestConditions(call, context, [entry]).every((each) => isAllowed(each));
  return { ...call, request: { ...call.request, isAllowed: asking } };
};

const withRequestId = <T extends { readonly headers?: Readonly<Record<string, string>> }>(
  response: T,
  id: string,
): T => ({
  ...response,
  headers: { 'x-amz-request-id': id, 'x-amz-id-2': id, ...response.headers },
});
