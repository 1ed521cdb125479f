import { tryDeploy } from './deploy-trials.ts';

await tryDeploy('blue/green update', 'chaos-update');
