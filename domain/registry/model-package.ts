import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { modelPackageGroupName } from '#domain/naming';
import { isHiddenDrop } from '#domain/runs/drop-name';
import { artifactKeys } from '#domain/runs/layout';
import { modelDataUrl, type TrainingEnvironment } from '#domain/training/plan';
import type { ModelCard } from '#schemas/records/model-card';
import type { DropRecord, TrainingRecord } from '#schemas/records/run';
import type { Task } from '#schemas/records/task';

/** A model's data at registration. */
export interface Registration {
  readonly run: { readonly pipeline: string; readonly runId: string };
  readonly pipeline: {
    readonly evaluation: { readonly task: Task };
    readonly training: { readonly algorithm: string; readonly instances: { readonly type: string } };
    readonly deployment: { readonly instances: { readonly type: string } };
  };
  readonly drop: DropRecord;
  /** Point estimates on the holdout by metric name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** `training.json` */
  readonly training: Pick<TrainingRecord, 'hyperparameters' | 'trainingJob' | 'image' | 'continuation'>;
  /** SHA-256 (hex) of `evaluation.json`. */
  readonly evaluationDigest: string;
  /** The model card; absent in requests of versions without one. */
  readonly card?: ModelCard | undefined;
  readonly environment: Pick<TrainingEnvironment, 'stage' | 'artifactsBucket'>;
}

/**
 * SageMaker keeps at most 50 pairs, keys to 128 and values to 256 characters, and of these only letters, digits, blanks and
 * `_.:/=+-@` (API reference: CustomerMetadataProperties).
 */
const shorten = (value: string): string => value.replaceAll(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '_').slice(0, 256);

/** The pinned version of a single object in the lineage, or the number of objects and where they are listed. */
function objectVersions(drop: DropRecord, dropUri: string): string {
  const [only] = drop.objects;
  if (drop.objects.length === 1 && only) return shorten(only.versionId ?? only.etag);
  return shorten(`${drop.objects.length} objects: see ${dropUri}`);
}

/**
 * The registry's CustomerMetadataProperties: the lineage in short. Values that are too long stay in S3, with a pointer.
 */
export function lineageProperties(r: Registration): Record<string, string> {
  const keys = artifactKeys(r.run);
  const uri = (key: string) => `s3://${r.environment.artifactsBucket}/${key}`;
  const metrics = Object.entries(r.metrics).map(
    ([name, value]) => [`metric.${name}`, String(Number(value.toPrecision(6)))] as const,
  );
  const { continuation } = r.training;
  const continued = continuation?.kind === 'continued' ? { continued_from: continuation.from } : {};
  const room = 50 - 13 - metrics.length;
  const hyperparameters = Object.entries(r.training.hyperparameters)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, Math.max(0, room))
    .map(([name, value]) => [`hyperparameter.${name}`, shorten(value)] as const);
  return {
    pipeline: r.run.pipeline,
    run_id: r.run.runId,
    dataset_version: r.drop.datasetVersion,
    // a name that hides a folder is no address
    dataset_uri: shorten(isHiddenDrop(r.drop.prefix) ? r.drop.prefix : `s3://${r.drop.bucket}/${r.drop.prefix}`),
    object_versions: objectVersions(r.drop, uri(keys.drop)),
    git_commit: r.drop.gitCommit,
    config_hash: r.drop.configHash,
    config_uri: shorten(uri(keys.config)),
    transform_uri: shorten(uri(keys.transform)),
    report_uri: shorten(uri(keys.report)),
    lineage_uri: shorten(uri(keys.drop)),
    task: r.pipeline.evaluation.task,
    ...continued,
    ...Object.fromEntries(metrics),
    ...Object.fromEntries(hyperparameters),
  };
}

/** A package's description. It identifies a run's package that was not recorded. */
export const describePackage = ({ pipeline, runId }: Registration['run']): string => `${pipeline}, run ${runId}`;

/** The run of a package, by its description; undefined where another tool registered it. */
export function runOfPackage(pipeline: string, description: string): string | undefined {
  const start = describePackage({ pipeline, runId: '' });
  return description.startsWith(start) && description.length > start.length
    ? description.slice(start.length)
    : undefined;
}

/**
 * CreateModelPackage's request for a candidate that passed its gates (SageMaker API reference). Its status is always pending
 * approval: an approved package is deployed at once, and the run must record it first.
 */
export function modelPackageRequest(r: Registration, { input, output }: ModelFormat = algorithmOf(r.pipeline)) {
  const keys = artifactKeys(r.run);
  const uri = (key: string) => `s3://${r.environment.artifactsBucket}/${key}`;
  const json = (key: string, digest?: string) => ({
    ContentType: 'application/json',
    S3Uri: uri(key),
    ...(digest ? { ContentDigest: `sha256:${digest}` } : {}),
  });
  return {
    ModelPackageGroupName: modelPackageGroupName(r.environment.stage, r.run.pipeline),
    ModelPackageDescription: describePackage(r.run),
    ClientToken: `tidegate-${r.run.runId}`,
    InferenceSpecification: {
      Containers: [{ Image: r.training.image, ModelDataUrl: modelDataUrl(r.run, r.training, r.environment) }],
      SupportedContentTypes: [input.contentType],
      SupportedResponseMIMETypes: [output.contentType],
      SupportedTransformInstanceTypes: [r.pipeline.training.instances.type],
      SupportedRealtimeInferenceInstanceTypes: [r.pipeline.deployment.instances.type],
    },
    ModelApprovalStatus: 'PendingManualApproval' as const,
    ModelMetrics: {
      ModelQuality: { Statistics: json(keys.evaluation, r.evaluationDigest), Constraints: json(keys.verdict) },
    },
    DriftCheckBaselines: { ModelDataQuality: { Statistics: json(keys.baseline) } },
    MetadataProperties: { CommitId: r.drop.gitCommit, GeneratedBy: 'tidegate', ProjectId: r.run.pipeline },
    CustomerMetadataProperties: lineageProperties(r),
    ...(r.card === undefined
      ? {}
      : { ModelCard: { ModelCardContent: JSON.stringify(r.card), ModelCardStatus: 'Draft' as const } }),
  };
}
