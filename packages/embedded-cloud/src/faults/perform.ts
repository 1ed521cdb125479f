import { Readable } from 'node:stream';
import type { Fault } from '../cloud/faults.ts';
import { AwsError, type Clock, type ServiceResponse } from '../cloud/service.ts';

/** Ends a response that no client will read. */
function discard({ body }: ServiceResponse): void {
  if (body instanceof Readable) body.destroy();
}

/** Makes a call whose response is not sent, also when it is refused. */
async function doUnheard(execute: () => Promise<ServiceResponse>): Promise<void> {
  try {
    discard(await execute());
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
  }
}

/**
 * Makes a call, or fails as the fault says.
 *
 * @param gone aborted when the caller has closed the connection
 * @returns `reset` when the connection is to be cut without an answer
 * @throws AwsError the fault's, or the call's own
 */
export async function performUnder(
  fault: Fault | undefined,
  execute: () => Promise<ServiceResponse>,
  clock: Clock,
  gone: AbortSignal,
): Promise<ServiceResponse | 'reset'> {
  switch (fault?.kind) {
    case undefined:
      return execute();
    case 'error':
      throw new AwsError(fault.code, fault.message, fault.status, fault.fields);
    case 'delay':
      await clock.sleep(fault.ms);
      return execute();
    case 'reset':
    case 'timeout':
      if (fault.after) await doUnheard(execute);
      // A caller that hangs up ends the waiting: that is no failure.
      if (fault.kind === 'timeout') await clock.sleep(fault.ms, gone).catch(() => undefined);
      return 'reset';
  }
}
