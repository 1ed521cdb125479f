import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  type DescribeModelPackageCommandOutput,
  DescribeModelPackageGroupCommand,
  type SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { NotFoundError } from '#domain/errors';
import { createUnlessThere } from '#functions/aws/create-unless-there';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';
import type { ModelRegistry, PackageCreation } from '#functions/ports/model-registry';

async function describe(client: SageMakerClient, modelPackageArn: string) {
  try {
    return await client.send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
  } catch (error) {
    if (!isSageMakerMissing(error)) throw error;
    throw new NotFoundError(`There is no model package ${modelPackageArn}.`, { cause: error });
  }
}

function creationOf({
  ModelPackageStatus: status = 'Completed',
  ModelPackageStatusDetails: details,
}: DescribeModelPackageCommandOutput): PackageCreation {
  if (status !== 'Failed' && status !== 'Deleting') return { status };
  const reasons = [...(details?.ValidationStatuses ?? []), ...(details?.ImageScanStatuses ?? [])];
  return { status, reason: reasons.flatMap(({ FailureReason: reason }) => reason ?? []).join('; ') };
}

/** The status of the model card follows the decision on its version. */
const cardStatus = { Approved: 'Approved', Rejected: 'Draft' } as const;

async function setStatus(
  client: SageMakerClient,
  ModelPackageArn: string,
  ModelApprovalStatus: 'Approved' | 'Rejected',
  ApprovalDescription: string,
): Promise<void> {
  const decision = { ModelPackageArn, ModelApprovalStatus, ApprovalDescription };
  const ModelCard = { ModelCardStatus: cardStatus[ModelApprovalStatus] };
  try {
    await client.send(new UpdateModelPackageCommand({ ...decision, ModelCard }));
  } catch (error) {
    // a package of a version without cards, or an archived card: the decision does not depend on it
    if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
    await client.send(new UpdateModelPackageCommand(decision));
  }
}

/** The SageMaker adapter; `stage` becomes a tag. */
export const modelRegistry = (client: SageMakerClient, stage: string): ModelRegistry => ({
  async read(modelPackageArn) {
    const found = await describe(client, modelPackageArn);
    return {
      status: found.ModelApprovalStatus,
      creation: creationOf(found),
      approvedAt: (found.LastModifiedTime ?? found.CreationTime)?.toISOString() ?? '',
      runId: found.CustomerMetadataProperties?.['run_id'],
      modifiedBy: found.LastModifiedBy?.IamIdentity?.Arn,
      reason: found.ApprovalDescription || undefined,
    };
  },
  ensureGroup: (name, pipeline, description) =>
    createUnlessThere(
      () => client.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: name })),
      () =>
        client.send(
          new CreateModelPackageGroupCommand({
            ModelPackageGroupName: name,
            ModelPackageGroupDescription: description ?? `Models of the pipeline ${pipeline}`,
            Tags: [
              { Key: 'tidegate:stage', Value: stage },
              { Key: 'tidegate:pipeline', Value: pipeline },
            ],
          }),
        ),
    ),
  async register(request) {
    const { ModelPackageArn = '' } = await client.send(
      new CreateModelPackageCommand(request as CreateModelPackageCommandInput),
    );
    return ModelPackageArn;
  },
  approve: (modelPackageArn, reason) => setStatus(client, modelPackageArn, 'Approved', reason),
  decide: (modelPackageArn, status, reason) => setStatus(client, modelPackageArn, status, reason),
});
