import { type StartOptions, startCloud } from 'embedded-cloud';
import { containerRuntimes } from '#cli/python/xgboost-runtime';
import { slackPage } from '#cli/slack-page/pages';

/** The process that a crash test kills: a cloud with the product's plug-ins, by the options of its first argument. */
const cloud = await startCloud({
  ...(JSON.parse(process.argv[2] ?? '') as StartOptions),
  pages: [slackPage],
  sageMaker: { containers: containerRuntimes },
});
process.on('disconnect', () => process.exit());
const { endpoint, region, admin, outputs, resources } = cloud;
process.send?.({ endpoint, region, admin, outputs, resources });
