import { type StartOptions, startCloud } from '#src/host/start';
import { containers } from '../sagemaker/container/runtimes.ts';

/**
 * An embedded cloud in a process of its own, to be killed: `node cloud-process.ts <start options as JSON>`.
 * Sends `{ endpoint, region, admin, outputs, resources }` when it is up.
 */
const cloud = await startCloud({ ...(JSON.parse(process.argv[2] ?? '') as StartOptions), sageMaker: { containers } });
process.on('disconnect', () => process.exit());
const { endpoint, region, admin, outputs, resources } = cloud;
process.send?.({ endpoint, region, admin, outputs, resources });
