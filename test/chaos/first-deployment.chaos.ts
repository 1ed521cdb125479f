import { tryDeploy } from './deploy-trials.ts';

await tryDeploy('first deployment', 'chaos-first');
