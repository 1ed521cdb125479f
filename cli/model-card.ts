import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { modelCard } from '#domain/model-card/content';
import type { CardFacts } from '#domain/reports/card-page';
import { artifactKeys } from '#domain/runs/layout';
import { modelDataUrl } from '#domain/training/plan';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type ModelCard, modelCardSchema } from '#schemas/records/model-card';
import { CliError } from './output.ts';
import { readRecord } from './read-record.ts';
import { readJudgedRun } from './run-report.ts';
import type { RunRecord } from './runs.ts';
import type { Target } from './target.ts';

/** A model card with what it is of. */
export interface ShownCard {
  readonly facts: CardFacts;
  readonly card: ModelCard;
}

/** The card that the model registry has of a version; undefined where the version, or its card, is not there. */
async function readRegistered({ sageMaker }: Target, ModelPackageName: string | undefined) {
  if (ModelPackageName === undefined) return undefined;
  try {
    const { ModelCard } = await sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName }));
    const { ModelCardContent: content, ModelCardStatus: status } = ModelCard ?? {};
    // somebody may have written another card by hand
    const card = content === undefined ? undefined : modelCardSchema.safeParse(JSON.parse(content)).data;
    return card && { card, status };
  } catch (error) {
    if (isSageMakerMissing(error)) return undefined;
    throw error;
  }
}

/**
 * The model card of a run: as the model registry has it, else of the records of the run.
 *
 * @throws CliError for a run whose model was not judged
 */
export async function readModelCard(target: Target, run: RunRecord): Promise<ShownCard> {
  const { pipeline, runId, modelPackageVersion: version } = run;
  const registered = await readRegistered(target, run.modelPackageArn);
  if (registered) return { facts: { pipeline, runId, version, status: registered.status }, card: registered.card };
  const { records } = await readJudgedRun(target, run);
  const config: Pipeline | undefined = await readRecord(target, artifactKeys(run).config, pipelineSchema);
  if (config === undefined) throw new CliError(`The configuration of run ${runId} is not kept any more.`);
  const { ArtifactsBucketName: artifactsBucket } = target.outputs;
  const { drop, profile, training, evaluation, verdict } = records;
  const modelUri = modelDataUrl(run, training, { stage: target.stage, artifactsBucket });
  const card = modelCard({
    run,
    pipeline: config,
    drop,
    profile,
    training,
    evaluation,
    verdict,
    modelUri,
    artifactsBucket,
  });
  return { facts: { pipeline, runId, version }, card };
}
