import {
  DeleteModelCommand,
  DeleteModelPackageCommand,
  ListModelPackagesCommand,
  type SageMakerClient,
  StopHyperParameterTuningJobCommand,
  StopTrainingJobCommand,
  StopTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { modelPackageGroupName, runResourceName, transformJobName, tuningJobName } from '#domain/naming';
import { describePackage } from '#domain/registry/model-package';
import type { RunPointer } from '#domain/runs/layout';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';

/** A job that has already ended is "in status Completed" and can no longer be stopped. */
const isOver = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationException' && /in status/i.test(error.message);

async function unlessGone(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!isSageMakerMissing(error) && !isOver(error)) throw error;
  }
}

/** Packages registered for a run. After a lost response or a crash, the run's record may not list them. */
async function packagesOf(client: SageMakerClient, group: string, run: RunPointer): Promise<string[]> {
  try {
    const { ModelPackageSummaryList = [] } = await client.send(
      new ListModelPackagesCommand({
        ModelPackageGroupName: group,
        ModelApprovalStatus: 'PendingManualApproval',
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
        MaxResults: 20,
      }),
    );
    return ModelPackageSummaryList.filter((p) => p.ModelPackageDescription === describePackage(run)).map(
      (p) => p.ModelPackageArn ?? '',
    );
  } catch (error) {
    if (isSageMakerMissing(error)) return [];
    throw error;
  }
}

/**
 * Cleans up after a failed run in SageMaker: stops jobs that still run, and deletes its model and any package that was not
 * recorded. None of it was ever approved. Records and data in S3 stay as evidence. The call is idempotent.
 */
export async function discardCandidate(client: SageMakerClient, stage: string, run: RunPointer): Promise<void> {
  const name = runResourceName(stage, run);
  await unlessGone(() => client.send(new StopTrainingJobCommand({ TrainingJobName: name })));
  const HyperParameterTuningJobName = tuningJobName(stage, run);
  await unlessGone(() => client.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName })));
  for (const model of ['candidate', 'champion'] as const) {
    const TransformJobName = transformJobName(stage, run, model);
    await unlessGone(() => client.send(new StopTransformJobCommand({ TransformJobName })));
  }
  for (const ModelPackageName of await packagesOf(client, modelPackageGroupName(stage, run.pipeline), run)) {
    await unlessGone(() => client.send(new DeleteModelPackageCommand({ ModelPackageName })));
  }
  await unlessGone(() => client.send(new DeleteModelCommand({ ModelName: name })));
}
