import { createS3 } from '#src/s3/service';
import { fakeContext, serveService } from '../support/door.ts';

/**
 * S3 in a process of its own, to be killed or measured: `node server-process.ts <state directory>`.
 * Sends `{ endpoint }` when it is ready, and answers every message with `{ peak }`, the most memory it held (RSS, bytes)
 * since the message before.
 */
const [, , stateDir = ''] = process.argv;
const context = fakeContext(stateDir);
const served = await serveService(await createS3(context), { context });

let peak = 0;
const measure = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
setInterval(measure, 5).unref();

process.on('message', () => {
  measure();
  process.send?.({ peak });
  peak = 0;
});
process.on('disconnect', () => process.exit());
process.send?.({ endpoint: served.endpoint });
