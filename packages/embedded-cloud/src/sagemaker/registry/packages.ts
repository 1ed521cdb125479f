import { canonicalJson } from '#src/cloud/same-value';
import { type AuthorizationRequest, AwsError, type Caller } from '#src/cloud/service';
import { repositoryArn } from '#src/sagemaker/container/execution-role';
import { emitPackageChange } from '#src/sagemaker/events';
import { addTags, forget, type Hub, keepTags, mustFind, on } from '#src/sagemaker/hub';
import { page } from '#src/sagemaker/listing';
import { arnOf, invalid, nameOf, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import {
  describeModelPackage,
  type ModelPackage,
  type ModelPackageGroup,
  packageEventDetail,
  packageStatus,
} from '#src/sagemaker/registry/package';
import {
  type CreateModelPackage,
  createModelPackageShape,
  listModelPackagesShape,
  modelPackageNameShape,
  type UpdateModelPackage,
  updateModelPackageShape,
} from '#src/sagemaker/registry/request';

/** Pairs of CustomerMetadataProperties that a package may have (API reference). */
const MAX_METADATA = 50;

const groupName = (input: { readonly ModelPackageGroupName?: string }): string =>
  nameOf(input.ModelPackageGroupName ?? '');

/** What registering a package needs of its image in Amazon ECR (AWS managed policy AmazonSageMakerModelRegistryFullAccess). */
const describeImage = (image: string | undefined): AuthorizationRequest[] => {
  const repository = image === undefined ? undefined : repositoryArn(image);
  if (repository === undefined) return [];
  return ['ecr:BatchGetImage', 'ecr:DescribeImages'].map((action) => ({ action, resource: repository }));
};

const create = (hub: Hub, input: CreateModelPackage, caller: Caller): object => {
  if (input.ModelPackageName !== undefined || input.ModelPackageGroupName === undefined) {
    throw invalid('The embedded cloud registers versioned model packages only: give a ModelPackageGroupName.');
  }
  const group = mustFind<ModelPackageGroup>(hub, 'model-package-group', groupName(input)).name;
  const { ClientToken: token, ...content } = input;
  const earlier = token === undefined ? undefined : hub.store.answered(token);
  if (earlier) {
    if (earlier.request !== canonicalJson(content)) {
      throw invalid('The ClientToken was used before with another request.');
    }
    return { ModelPackageArn: earlier.answer };
  }
  for (const container of input.InferenceSpecification?.Containers ?? []) {
    if (container.Image === undefined) throw invalid('Each container of an InferenceSpecification needs an Image.');
    hub.runtime('algorithm', container.Image);
  }
  const version = hub.store.next(`model-package-group/${group}`);
  const name = `${group}/${version}`;
  const now = hub.cloud.clock.now();
  const made: ModelPackage = {
    name,
    created: now,
    modified: now,
    status: 'Completed',
    group,
    version,
    approval: input.ModelApprovalStatus ?? 'PendingManualApproval',
    metadata: input.CustomerMetadataProperties ?? {},
    request: input,
    createdBy: caller.arn,
  };
  hub.store.put('model-package', made);
  keepTags(hub, 'model-package', name, input.Tags);
  const arn = arnOf(hub.cloud, 'model-package', name);
  if (token !== undefined) hub.store.rememberAnswer(token, canonicalJson(content), arn);
  emitPackageChange(hub, name, packageEventDetail(hub, made, []));
  return { ModelPackageArn: arn };
};

const update = (hub: Hub, input: UpdateModelPackage, caller: Caller): object => {
  const { ModelPackageArn: arn, ClientToken: _, ...changes } = input;
  const found = mustFind<ModelPackage>(hub, 'model-package', nameOf(arn));
  if (packageStatus(hub, found) !== 'Completed')
    throw new AwsError(
      'ConflictException',
      `The model package ${arn} is being created; it can be changed once its status is Completed.`,
    );
  const metadata = { ...found.metadata, ...changes.CustomerMetadataProperties };
  for (const key of changes.CustomerMetadataPropertiesToRemove ?? []) delete metadata[key];
  if (Object.keys(metadata).length > MAX_METADATA) {
    throw new AwsError(
      'ResourceLimitExceeded',
      `A model package has at most ${MAX_METADATA} CustomerMetadataProperties.`,
    );
  }
  const { InferenceSpecification, SourceUri, ModelCard, ModelLifeCycle } = changes;
  if (ModelCard !== undefined && found.request.ModelCard?.ModelCardStatus === 'Archived')
    throw invalid('Model Card is in Archived state');
  const changed: ModelPackage = {
    ...found,
    modified: hub.cloud.clock.now(),
    modifiedBy: caller.arn,
    approval: changes.ModelApprovalStatus ?? found.approval,
    ...(changes.ApprovalDescription === undefined ? {} : { approvalDescription: changes.ApprovalDescription }),
    metadata,
    request: {
      ...found.request,
      ...(InferenceSpecification === undefined ? {} : { InferenceSpecification }),
      ...(SourceUri === undefined ? {} : { SourceUri }),
      ...(ModelCard === undefined ? {} : { ModelCard: { ...found.request.ModelCard, ...ModelCard } }),
      ...(ModelLifeCycle === undefined ? {} : { ModelLifeCycle }),
    },
  };
  hub.store.put('model-package', changed);
  const updated = Object.keys(changes).map((field) => field.replace(/ToRemove$/, ''));
  emitPackageChange(hub, found.name, packageEventDetail(hub, changed, [...new Set(updated)]));
  return { ModelPackageArn: arnOf(hub.cloud, 'model-package', found.name) };
};

export const packageOperations = (hub: Hub): Operations => ({
  CreateModelPackage: operation(
    createModelPackageShape,
    (input) => {
      const group = groupName(input);
      const name = `${group}/${hub.store.counter(`model-package-group/${group}`) + 1}`;
      const context = input.ModelApprovalStatus ? { 'sagemaker:ModelApprovalStatus': input.ModelApprovalStatus } : {};
      // Both of the resource types that the service authorization reference lists for it.
      return [
        { ...on(hub, 'CreateModelPackage', 'model-package-group', group), context },
        { ...on(hub, 'CreateModelPackage', 'model-package', name), context },
        ...addTags(hub, 'model-package', name, input.Tags),
        ...(input.InferenceSpecification?.Containers ?? []).flatMap(({ Image: image }) => describeImage(image)),
      ];
    },
    (input, caller) => create(hub, input, caller),
  ),

  DescribeModelPackage: operation(
    modelPackageNameShape,
    (input) => [on(hub, 'DescribeModelPackage', 'model-package', nameOf(input.ModelPackageName))],
    (input) => describeModelPackage(hub, mustFind<ModelPackage>(hub, 'model-package', nameOf(input.ModelPackageName))),
  ),

  UpdateModelPackage: operation(
    updateModelPackageShape,
    (input) => [
      {
        ...on(hub, 'UpdateModelPackage', 'model-package', nameOf(input.ModelPackageArn)),
        context: input.ModelApprovalStatus ? { 'sagemaker:ModelApprovalStatus': input.ModelApprovalStatus } : {},
      },
    ],
    (input, caller) => update(hub, input, caller),
  ),

  DeleteModelPackage: operation(
    modelPackageNameShape,
    (input) => [on(hub, 'DeleteModelPackage', 'model-package', nameOf(input.ModelPackageName))],
    (input) => {
      forget(hub, 'model-package', mustFind<ModelPackage>(hub, 'model-package', nameOf(input.ModelPackageName)).name);
      return {};
    },
  ),

  ListModelPackages: operation(
    listModelPackagesShape,
    (input) => [
      input.ModelPackageGroupName === undefined
        ? { action: 'sagemaker:ListModelPackages', resource: '*' }
        : { ...on(hub, 'ListModelPackages', 'model-package', `${groupName(input)}/*`) },
    ],
    (input) => {
      const group =
        input.ModelPackageGroupName === undefined
          ? undefined
          : mustFind<ModelPackageGroup>(hub, 'model-package-group', groupName(input)).name;
      const found = hub.store
        .all<ModelPackage>('model-package')
        .filter((candidate) => group === undefined || candidate.group === group)
        .filter((candidate) => (input.ModelApprovalStatus ?? candidate.approval) === candidate.approval)
        // Versions sort as numbers: 10 comes after 9.
        .map((candidate) => ({
          ...candidate,
          name: `${candidate.group}/${String(candidate.version).padStart(9, '0')}`,
        }));
      // Without a group only packages without versions are listed, unless the type says more; there are none here.
      const type = input.ModelPackageType ?? (group === undefined ? 'Unversioned' : 'Versioned');
      const { items, NextToken } = page(type === 'Unversioned' ? [] : found, { SortOrder: 'Ascending', ...input });
      return present({
        NextToken,
        ModelPackageSummaryList: items.map((item) =>
          present({
            ModelPackageGroupName: item.group,
            ModelPackageVersion: item.version,
            ModelPackageArn: arnOf(hub.cloud, 'model-package', `${item.group}/${item.version}`),
            ModelPackageDescription: item.request.ModelPackageDescription,
            CreationTime: seconds(item.created),
            ModelPackageStatus: item.status,
            ModelApprovalStatus: item.approval,
            ModelLifeCycle: item.request.ModelLifeCycle,
          }),
        ),
      });
    },
  ),
});
