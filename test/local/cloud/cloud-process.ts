import { type StartOptions, startCloud } from '#local/start';

/**
 * An embedded cloud in a process of its own, to be killed: `node cloud-process.ts <start options as JSON>`.
 * Sends `{ endpoint, admin, machineArn }` when it is up.
 */
const cloud = await startCloud(JSON.parse(process.argv[2] ?? '') as StartOptions);
process.on('disconnect', () => process.exit());
process.send?.({ endpoint: cloud.endpoint, admin: cloud.admin, machineArn: cloud.resources['Machine']?.ref });
