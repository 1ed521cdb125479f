'use strict';

// Bridges Serverless' `${file(...)}`, which loads CommonJS, to the TypeScript that builds the computed part of the stack.
const { join } = require('node:path');
const { buildBucketRules, buildCleanNotifications, buildCosts, buildStack, gitCommit } = require('./stack.ts');
const { trainingImages } = require('./training-images.ts');

const root = join(__dirname, '..');

module.exports = async ({ resolveVariable }) => ({
  resources: buildStack(
    root,
    await resolveVariable('sls:stage'),
    Number(await resolveVariable('param:logRetentionInDays')),
    {
      rate: Number(await resolveVariable('param:apiRequestsPerSecond')),
      burst: Number(await resolveVariable('param:apiBurst')),
    },
  ),
  bucketRules: buildBucketRules(root, await resolveVariable('sls:stage')),
  cleanNotifications: buildCleanNotifications(root, await resolveVariable('sls:stage')),
  costs: buildCosts(root, await resolveVariable('sls:stage')),
  gitCommit: gitCommit(root),
  trainingImages: await trainingImages(({ versionParameter, version }) =>
    resolveVariable(`param:${versionParameter}, '${version}'`),
  ),
});
