import type { RunPointer } from '#schemas/records/run';

/**
 * The S3 layout of a run. Every key depends only on pipeline, run and shard, so a retried task writes the same objects again, and
 * state payloads contain only `{ pipeline, runId }`.
 */

export type { RunPointer } from '#schemas/records/run';

/** The number of a shard in keys. */
export const shardName = (index: number): string => String(index).padStart(5, '0');
const fileNumber = shardName;
const partOfFile = (file: number, part: number | undefined): string =>
  part === undefined ? fileNumber(file) : `${fileNumber(file)}-${fileNumber(part)}`;

/** Prefix of all runs and batches of a pipeline, in both the clean and the artifacts bucket; ends in `/`. */
export const runsPrefix = (pipeline: string): string => `${pipeline}/runs/`;

/** Prefix of all objects of a run, in both the clean and the artifacts bucket; ends in `/`. */
export const runPrefix = ({ pipeline, runId }: RunPointer): string => `${runsPrefix(pipeline)}${runId}/`;

/** The folder of the raw bucket with the lists of the files of a pipeline's drops, and their malformed rows. */
export const fileListPrefix = (pipeline: string): string => `_tidegate/${pipeline}/`;

/** The folder of the raw bucket with the malformed rows of a run; ends in `/`. */
export const rawQuarantine = (run: RunPointer): string => `${fileListPrefix(run.pipeline)}${run.runId}/quarantine/`;

/** Keys in the raw bucket beside the drops. No drop event matches them: they lie below no pipeline's name. */
export const rawKeys = (run: RunPointer) => ({
  /** The keys and versions of the drop's files (JSON). Names of files leave the raw bucket nowhere. */
  files: `${fileListPrefix(run.pipeline)}${run.runId}.json`,
  /** Malformed rows of one file, or of a part of one, as they arrived, personal data included (JSON lines). */
  quarantine: (file: number, part?: number) => `${rawQuarantine(run)}${partOfFile(file, part)}.jsonl`,
  /** Where the parts of a large text file begin and end (JSON, `schemas/records/text-parts`). */
  parts: (file: number) => `${fileListPrefix(run.pipeline)}${run.runId}/parts/${fileNumber(file)}.json`,
});

/** Keys in the artifacts bucket: the run's records. */
export const artifactKeys = (run: RunPointer) => {
  const prefix = runPrefix(run);
  return {
    /** The pipeline configuration the run was admitted with (JSON, `schemas/pipeline`). */
    config: `${prefix}config.json`,
    /** The drop: its objects with ids and versions, the data-set version, the git commit (JSON). */
    drop: `${prefix}drop.json`,
    /** A JSON array with one element per shard: the Distributed Map's item source. */
    shards: `${prefix}shards.json`,
    /** How many rows the reader of a raw shard counted, and which were malformed (JSON). */
    shardCounts: (index: number) => `${prefix}shards/${shardName(index)}/counts.json`,
    /** How the rows of the drop were divided (JSON, `schemas/records/sides`). */
    sides: `${prefix}sides.json`,
    /** A batch: how many rows of one shard were scored, by class (JSON, `schemas/records/batch`). */
    shardScores: (index: number) => `${prefix}shards/${shardName(index)}/scores.json`,
    shardProfile: (index: number) => `${prefix}shards/${shardName(index)}/profile.json`,
    /** What looked personal in one shard before its rows left the raw bucket (JSON, masked). */
    shardPersonalData: (index: number) => `${prefix}shards/${shardName(index)}/personal-data.json`,
    /** What the leak scan found in one shard's model inputs (JSON, masked). */
    shardLeaks: (index: number) => `${prefix}shards/${shardName(index)}/leaks.json`,
    /** What looked personal in the whole drop, and the anonymity of its clean rows (JSON, masked). */
    personalData: `${prefix}personal-data.json`,
    shardFacts: (index: number) => `${prefix}shards/${shardName(index)}/facts.json`,
    /** The facts of all usable rows (JSON): constraints are judged by them, of this drop and of the next. */
    facts: `${prefix}facts.json`,
    /** How the drop did on each constraint (JSON). */
    constraints: `${prefix}constraints.json`,
    /** The merged profile of the whole drop (JSON). */
    profile: `${prefix}profile.json`,
    /** The fitted transform from clean rows to model inputs (JSON). */
    transform: `${prefix}transform.json`,
    /** Baseline histograms of features and scores for drift checks (JSON). */
    baseline: `${prefix}baseline.json`,
    /** Holdout rows with inputs, scores and labels, for estimates without labels (JSON, `schemas/records/performance-estimate`). */
    performance: `${prefix}performance.json`,
    /** Training rows as model inputs, which later drops are compared with (JSON, `schemas/records/training-rows`). */
    trainingRows: `${prefix}training-rows.json`,
    /** The bins of the clean columns, as the training rows have them (JSON, `schemas/records/baseline`). */
    bins: `${prefix}bins.json`,
    /** The training rows of one shard, counted in these bins, with a sample of them (JSON). */
    shardBaseline: (index: number) => `${prefix}shards/${shardName(index)}/baseline.json`,
    /** All rows of one shard, counted in the champion's bins, with a sample of them as its inputs (JSON). */
    shardWindow: (index: number) => `${prefix}shards/${shardName(index)}/window.json`,
    /** How the drop differs from the data that the champion was trained on (JSON). */
    dropDrift: `${prefix}drop-drift.json`,
    /** Golden requests with the candidate's scores, for endpoint tests (JSON). */
    golden: `${prefix}golden.json`,
    /** Why the model answers what it does, on rows of the holdout (JSON, `schemas/records/explanation`). */
    explanation: `${prefix}explanation.json`,
    /** The trees of the model (JSON, `schemas/records/tree-model`); absent for a model that cannot be explained. */
    trees: `${prefix}trees.json`,
    /** Whether the training goes on from the champion's model, or why not (JSON, `schemas/records/continuation`). */
    continuation: `${prefix}continuation.json`,
    /** What SageMaker gives to the training container as its checkpoints: the model that it goes on from; ends in `/`. */
    checkpoints: `${prefix}checkpoints/`,
    /** The training job's parameters (JSON): hyperparameters and image. */
    training: `${prefix}training.json`,
    /** What the run chose on its validation rows (JSON, `schemas/records/operating-point`); absent where it chose nothing. */
    operatingPoint: `${prefix}operating-point.json`,
    evaluation: `${prefix}evaluation.json`,
    verdict: `${prefix}verdict.json`,
    /** The report: of the data, until the gates have judged a model. */
    report: `${prefix}report.html`,
    /** The data report: each column, what looks personal, and what the data suggest to do. */
    dataReport: `${prefix}data.html`,
    /** Prefix given to SageMaker as S3OutputPath, without a trailing slash. */
    modelOutput: `${prefix}model`,
  };
};

/** The records of a run that show no value of its rows: what was dropped and configured, and what was found in it, masked. */
const withoutValues = /^(config|drop|shards|personal-data)\.json$|^shards\/\d+\/(counts|personal-data|leaks)\.json$/;

/** Whether an object below a run's prefix in the artifacts bucket may show values of the run's rows. */
export const mayShowValues = (run: RunPointer, key: string): boolean =>
  key.startsWith(runPrefix(run)) && !withoutValues.test(key.slice(runPrefix(run).length));

/** Keys in the clean bucket: rows without personal data. */
export const cleanKeys = (run: RunPointer) => {
  const prefix = runPrefix(run);
  return {
    /** Desensitized rows of one shard, with the key that decides their side (Parquet). */
    shard: (index: number) => `${prefix}clean/${shardName(index)}.parquet`,
    /** What the division needs of one shard: groups, keys, classes and times, no other value (Parquet). */
    split: (index: number) => `${prefix}split/${shardName(index)}.parquet`,
    /** The groups whose side is not that of the rule in `sides.json` (Parquet). */
    placed: `${prefix}split/placed.parquet`,
    /** The groups that are in several drops of a run, with the last drop that has each (Parquet). */
    superseded: `${prefix}split/superseded.parquet`,
    /** A sample of the drop's sets of duplicates, as numbers; absent where no two rows have the same model inputs (Parquet). */
    copiedSets: `${prefix}split/copied.parquet`,
    /** The training rows of one shard in these sets (Parquet). */
    copied: (index: number) => `${prefix}copied/${shardName(index)}.parquet`,
    /** The bottom-k row sample of one shard (Parquet), mergeable across shards. */
    sample: (index: number) => `${prefix}sample/${shardName(index)}.parquet`,
    /** Rows of one shard by their quasi-identifiers and label, as numbers of rows (Parquet). */
    groups: (index: number) => `${prefix}groups/${shardName(index)}.parquet`,
    /** Hashes of the values that must be unique in one shard, with how often each occurs (Parquet). */
    hashes: (index: number) => `${prefix}hashes/${shardName(index)}.parquet`,
    /** Positions and reasons of the malformed rows of one file, or of a part of one, never their values (JSON lines). */
    quarantine: (file: number, part?: number) => `${prefix}quarantine/${partOfFile(file, part)}.jsonl`,
    /** Channel prefixes for training, each ending in `/`; parts are `<shard>-<part>.csv`, label first. */
    train: `${prefix}encoded/train/`,
    validation: `${prefix}encoded/validation/`,
    /** Holdout features of one model without labels, the input of batch transform; ends in `/`. */
    holdout: (model: 'candidate' | 'champion') => `${prefix}holdout/${model}/`,
    /** Rows permuted column by column for permutation importance, next to the candidate's holdout. */
    permuted: `${prefix}holdout/candidate/permuted.csv`,
    /** Training rows that have copies, next to the candidate's holdout, and their labels. */
    copiedFeatures: `${prefix}holdout/candidate/copied.csv`,
    copiedLabels: `${prefix}holdout/labels/copied.parquet`,
    /** The validation rows of one shard as the candidate's features, and their labels; absent where a run chooses nothing on them. */
    chosenFeatures: (index: number) => `${prefix}holdout/candidate/validation-${shardName(index)}.csv`,
    chosenLabels: (index: number) => `${prefix}holdout/labels/validation-${shardName(index)}.parquet`,
    /** Label, row id token and slice columns, in the row order of the shard's holdout features (Parquet); ends in `/`. */
    holdoutLabels: `${prefix}holdout/labels/`,
    /** A batch: where each row of one shard comes from, and the token of its id (Parquet). */
    batchRows: (index: number) => `${prefix}batch/rows/${shardName(index)}.parquet`,
    /** A batch: the model inputs, the input of batch transform; ends in `/`. */
    batchInputs: `${prefix}batch/inputs/`,
    /** A batch: the output of batch transform; ends in `/`. */
    batchScores: `${prefix}batch/scores/`,
    /** The positions of the malformed rows of all files; ends in `/`. */
    quarantines: `${prefix}quarantine/`,
    /** The output of batch transform; ends in `/`. */
    scores: (model: 'candidate' | 'champion') => `${prefix}holdout/scores/${model}/`,
  };
};

/** Name of the part file of one shard below a prefix. */
export const partName = (shard: number, part: number, extension: 'csv' | 'parquet'): string =>
  `${shardName(shard)}-${shardName(part)}.${extension}`;

/** Prefix of the data captured by an endpoint, in the clean bucket, without a trailing slash. */
export const capturePrefix = (pipeline: string): string => `${pipeline}/captures`;

/**
 * The folder of the clean bucket with the requests to a pipeline's asynchronous endpoint, and what came of them; ends in `/`. It lies
 * beside the pipelines' folders, so that one lifecycle rule expires all of them.
 */
export const asynchronousPrefix = (pipeline: string): string => `_asynchronous/${pipeline}/`;

/** Prefixes of the requests, the answers and the failures below it; each ends in `/`. */
export const asynchronousPrefixes = (pipeline: string) => ({
  requests: `${asynchronousPrefix(pipeline)}requests/`,
  answers: `${asynchronousPrefix(pipeline)}answers/`,
  failures: `${asynchronousPrefix(pipeline)}failures/`,
});

/** Prefix of a pipeline's logged predictions, in the clean bucket; ends in `/`. */
export const predictionPrefix = (pipeline: string): string => `${pipeline}/predictions/`;

/**
 * The key of a logged prediction. It follows from the inference id alone, whose first 48 bits are the time of the request in
 * milliseconds (RFC 9562, section 5.7): keys are in the order of time, and an outcome that names a request finds it.
 *
 * @param inferenceId a UUIDv7
 */
export function predictionKey(pipeline: string, inferenceId: string): string {
  const hour = new Date(Number.parseInt(inferenceId.replaceAll('-', '').slice(0, 12), 16)).toISOString();
  return `${predictionPrefix(pipeline)}${hour.slice(0, 13).replaceAll(/[-T]/g, '/')}/${inferenceId}.json.gz`;
}
