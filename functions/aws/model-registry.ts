import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  type SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { createUnlessThere } from '#functions/aws/create-unless-there';
import type { ModelRegistry } from '#functions/ports/model-registry';

/** The SageMaker adapter; `stage` becomes a tag. */
export const modelRegistry = (client: SageMakerClient, stage: string): ModelRegistry => ({
  async read(modelPackageArn) {
    const found = await client.send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
    return {
      status: found.ModelApprovalStatus,
      approvedAt: (found.LastModifiedTime ?? found.CreationTime)?.toISOString() ?? '',
      runId: found.CustomerMetadataProperties?.['run_id'],
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
  async approve(modelPackageArn) {
    await client.send(
      new UpdateModelPackageCommand({ ModelPackageArn: modelPackageArn, ModelApprovalStatus: 'Approved' }),
    );
  },
});
