import { tryDeploy } from './deploy-trials.ts';

await tryDeploy('roll-back', 'chaos-back');
