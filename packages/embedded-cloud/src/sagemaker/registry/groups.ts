import { AwsError, type ResourceProvider } from '#src/cloud/service';
import { addTags, forget, type Hub, keepTags, mustFind, on, onAny } from '#src/sagemaker/hub';
import { page } from '#src/sagemaker/listing';
import { arnOf, invalid, nameOf, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import type { ModelPackage, ModelPackageGroup } from '#src/sagemaker/registry/package';
import { createGroupShape, groupNameShape, listGroupsShape } from '#src/sagemaker/registry/request';
import { checkRequest } from '#src/sagemaker/validation/request';
import { parse } from '#src/sagemaker/validation/shape';

const describe = (hub: Hub, group: ModelPackageGroup): Record<string, unknown> =>
  present({
    ModelPackageGroupName: group.name,
    ModelPackageGroupArn: arnOf(hub.cloud, 'model-package-group', group.name),
    ModelPackageGroupDescription: group.description,
    CreationTime: seconds(group.created),
    ModelPackageGroupStatus: group.status,
  });

const create = (hub: Hub, name: string, description: string | undefined, createdBy: string): void => {
  const now = hub.cloud.clock.now();
  hub.store.put<ModelPackageGroup>('model-package-group', {
    name,
    created: now,
    modified: now,
    status: 'Completed',
    createdBy,
    ...(description === undefined ? {} : { description }),
  });
};

export const groupOperations = (hub: Hub): Operations => ({
  CreateModelPackageGroup: operation(
    createGroupShape,
    (input) => [
      on(hub, 'CreateModelPackageGroup', 'model-package-group', input.ModelPackageGroupName),
      ...addTags(hub, 'model-package-group', input.ModelPackageGroupName, input.Tags),
    ],
    (input, caller) => {
      const name = input.ModelPackageGroupName;
      const arn = arnOf(hub.cloud, 'model-package-group', name);
      if (hub.store.get('model-package-group', name)) throw invalid(`Model Package Group already exists: ${arn}`);
      create(hub, name, input.ModelPackageGroupDescription, caller.arn);
      keepTags(hub, 'model-package-group', name, input.Tags);
      return { ModelPackageGroupArn: arn };
    },
  ),

  DescribeModelPackageGroup: operation(
    groupNameShape,
    (input) => [on(hub, 'DescribeModelPackageGroup', 'model-package-group', nameOf(input.ModelPackageGroupName))],
    (input) => {
      const name = nameOf(input.ModelPackageGroupName);
      const group = mustFind<ModelPackageGroup>(hub, 'model-package-group', name);
      return { ...describe(hub, group), CreatedBy: { IamIdentity: { Arn: group.createdBy } } };
    },
  ),

  DeleteModelPackageGroup: operation(
    groupNameShape,
    (input) => [on(hub, 'DeleteModelPackageGroup', 'model-package-group', nameOf(input.ModelPackageGroupName))],
    (input) => {
      const group = mustFind<ModelPackageGroup>(hub, 'model-package-group', nameOf(input.ModelPackageGroupName));
      if (hub.store.all<ModelPackage>('model-package').some((found) => found.group === group.name)) {
        throw new AwsError(
          'ConflictException',
          `Model Package Group ${group.name} can't be deleted while it contains model packages.`,
        );
      }
      forget(hub, 'model-package-group', group.name);
      return {};
    },
  ),

  ListModelPackageGroups: operation(
    listGroupsShape,
    () => [onAny('ListModelPackageGroups')],
    (input) => {
      const { items, NextToken } = page(hub.store.all<ModelPackageGroup>('model-package-group'), {
        SortOrder: 'Ascending',
        ...input,
      });
      return present({ NextToken, ModelPackageGroupSummaryList: items.map((group) => describe(hub, group)) });
    },
  ),
});

/** `AWS::SageMaker::ModelPackageGroup`: Ref is the group's ARN. */
export const groupProvider = (hub: Hub): ResourceProvider => ({
  apply: (resource) => {
    const { Tags, ...properties } = resource.properties;
    const request = { ...properties, ...(Tags === undefined ? {} : { Tags }) };
    const input = parse(createGroupShape, checkRequest('CreateModelPackageGroup', request));
    const name = input.ModelPackageGroupName;
    if (!hub.store.get('model-package-group', name)) {
      create(hub, name, input.ModelPackageGroupDescription, 'arn:aws:iam::aws:cloudformation');
    }
    keepTags(hub, 'model-package-group', name, input.Tags);
    const group = mustFind<ModelPackageGroup>(hub, 'model-package-group', name);
    const arn = arnOf(hub.cloud, 'model-package-group', name);
    return Promise.resolve({
      ref: arn,
      attributes: {
        ModelPackageGroupArn: arn,
        ModelPackageGroupStatus: group.status,
        CreationTime: new Date(group.created).toISOString(),
      },
    });
  },
});
