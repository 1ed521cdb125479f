import type { InvocationFault } from '../cloud/faults.ts';
import type { Reply, Request, Sandbox } from './sandbox.ts';

/**
 * Has a ready process run an event, under a fault or none.
 *
 * @param timeoutMs the function's time limit
 * @returns `memory` for a process that was ended as if it had outgrown its memory
 */
export async function exchange(
  sandbox: Sandbox,
  request: Omit<Request, 'crash' | 'deadline'>,
  timeoutMs: number,
  fault: InvocationFault | undefined,
): Promise<Reply | 'memory'> {
  const { requestId } = request;
  const begun = performance.now();
  const run = (crash?: 'before' | 'after'): Promise<Reply> => {
    sandbox.send({ ...request, deadline: Date.now() + timeoutMs, ...(crash && { crash }) });
    return sandbox.reply(requestId, timeoutMs);
  };
  if (!fault) return run();
  switch (fault.kind) {
    // `init` is for a process that is still to load its handler.
    case 'init':
      return run();
    case 'crash':
      return run(fault.after ? 'after' : 'before');
    case 'timeout':
    case 'memory': {
      const reply = fault.after ? await run() : undefined;
      if (reply === 'exit' || reply === 'timeout') return reply;
      if (fault.kind === 'timeout')
        return sandbox.reply(requestId, fault.ms ?? timeoutMs - (performance.now() - begun));
      await sandbox.kill();
      return 'memory';
    }
    default:
      return fault.kind satisfies never;
  }
}
