import { tryRetrain } from './retrain-trials.ts';

await tryRetrain(1);
