import {
  DeleteModelPackageCommand,
  type ModelPackageSummary,
  paginateListModelPackages,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { modelPackageGroupName } from '#domain/naming';
import { runOfPackage } from '#domain/registry/model-package';
import type { StoredVersion } from '#domain/retention/inventory';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';
import type { ModelPackages } from '#functions/ports/model-packages';

const versionOf = (pipeline: string, summary: ModelPackageSummary): StoredVersion => ({
  version: summary.ModelPackageVersion ?? 0,
  modelPackageArn: summary.ModelPackageArn ?? '',
  runId: runOfPackage(pipeline, summary.ModelPackageDescription ?? ''),
  approval: summary.ModelApprovalStatus ?? 'PendingManualApproval',
  registeredAt: summary.CreationTime?.toISOString() ?? '',
});

/** The SageMaker adapter. */
export const modelPackages = (client: SageMakerClient, stage: string): ModelPackages => ({
  async list(pipeline) {
    const found: StoredVersion[] = [];
    try {
      const request = { ModelPackageGroupName: modelPackageGroupName(stage, pipeline) };
      for await (const page of paginateListModelPackages({ client, pageSize: 100 }, request)) {
        for (const summary of page.ModelPackageSummaryList ?? []) found.push(versionOf(pipeline, summary));
      }
    } catch (error) {
      if (!isSageMakerMissing(error)) throw error;
    }
    return found;
  },
  async remove(ModelPackageName) {
    try {
      await client.send(new DeleteModelPackageCommand({ ModelPackageName }));
    } catch (error) {
      if (!isSageMakerMissing(error)) throw error;
    }
  },
});
