import { startCloud } from 'embedded-cloud';
import { containerRuntimes } from '#cli/python/xgboost-runtime';
import { slackPage } from '#cli/slack-page/pages';
import { isRawBucket, pageParameters } from '../../cli/console-page/pages.ts';

/** The cloud of a benchmark, in a process of its own: of a package and a state folder, until its parent lets go of it. */
const [templatePath = '', packageDir = '', stateDir = ''] = process.argv.slice(2);
const cloud = await startCloud({
  ...{ templatePath, packageDir, stateDir, stackName: 'tidegate-local' },
  pages: [slackPage],
  sageMaker: { containers: containerRuntimes },
  parameters: pageParameters,
  hidesKeys: isRawBucket,
  secrets: { SlackTokenSecret: 'xoxb-local' },
});
process.on('disconnect', () => void cloud.close().then(() => process.exit()));
const { endpoint, region, admin, outputs } = cloud;
process.send?.({ endpoint, region, admin, outputs });
