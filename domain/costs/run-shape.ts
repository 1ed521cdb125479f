/** What decides how many states a run enters and how many functions it calls. */
export interface RunShape {
  readonly shards: number;
  /** Whether large text files are cut into parts first. */
  readonly locating: boolean;
  readonly champion: boolean;
  readonly tuned: boolean;
}

/** Megabytes of the functions of a run (`resources/functions.yml`). */
export const functionMemory: Readonly<Record<string, number>> = {
  admitDrop: 512,
  notify: 512,
  locateRows: 1769,
  desensitizeShard: 3008,
  divideRows: 3008,
  profileShard: 3008,
  fitTransform: 3008,
  transformShard: 3008,
  planTraining: 512,
  awaitJob: 512,
  selectBestTrial: 512,
  createModel: 512,
  evaluateCandidate: 3008,
  applyGates: 1024,
  registerModel: 512,
  finishRun: 512,
};

/** The steps over all shards: desensitize, profile, transform; before them, locate. */
const passes = ({ locating }: RunShape): number => (locating ? 4 : 3);

/**
 * The transitions of a run that registers its model, without retries (`statemachines/`): `retrain` 4, `run-pipeline` 8, `prepare-data` 3
 * and 2 for each pass, 3 for each shard of a pass, `train-candidate` 7 and the best trial, and each scoring.
 */
export const transitionsOf = (shape: RunShape): number =>
  4 + 8 + 3 + passes(shape) * (2 + 3 * shape.shards) + 7 + (shape.tuned ? 1 : 0) + (shape.champion ? 2 : 1);

/** The functions that such a run calls, by name. */
export const callsOf = ({ shards, locating, tuned }: RunShape): Readonly<Record<string, number>> => ({
  admitDrop: 1,
  notify: 3,
  ...(locating ? { locateRows: shards } : {}),
  desensitizeShard: shards,
  divideRows: 1,
  profileShard: shards,
  fitTransform: 1,
  transformShard: shards,
  planTraining: 1,
  ...(tuned ? { selectBestTrial: 1 } : {}),
  createModel: 1,
  evaluateCandidate: 1,
  applyGates: 1,
  registerModel: 1,
  finishRun: 1,
});

/** The gigabytes (2^30 bytes) of memory of a function; those of the largest for one that is not known. */
export const gigabytesOf = (name: string): number =>
  (Object.hasOwn(functionMemory, name) ? Number(functionMemory[name]) : 3008) / 1024;
