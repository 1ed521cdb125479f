import { type StartOptions, startCloud } from 'embedded-cloud';
import { createSlackPages } from '#cli/slack-page/pages';

/** The process that a crash test kills: a cloud with the Slack page, by the options of its first argument. */
const cloud = await startCloud({ ...(JSON.parse(process.argv[2] ?? '') as StartOptions), pages: [createSlackPages] });
process.on('disconnect', () => process.exit());
const { endpoint, region, admin, outputs, resources } = cloud;
process.send?.({ endpoint, region, admin, outputs, resources });
