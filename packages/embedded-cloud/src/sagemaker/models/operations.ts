import { addTags, forget, type Hub, keepTags, mustFind, on, onAny, passRole } from '#src/sagemaker/hub';
import { page } from '#src/sagemaker/listing';
import type { Model } from '#src/sagemaker/models/model';
import { arnOf, invalid, nameOf, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import type { ModelPackage } from '#src/sagemaker/registry/package';
import { parseS3Uri, type RoleStorage, storageOf } from '#src/sagemaker/storage/s3';
import { listing, tags, vpcConfig } from '#src/sagemaker/validation/common';
import { flag, list, map, type Of, oneOf, structure, text } from '#src/sagemaker/validation/shape';

const container = structure(
  {},
  {
    ContainerHostname: text(),
    Image: text(),
    Mode: oneOf('SingleModel', 'MultiModel'),
    ModelDataUrl: text(),
    Environment: map(text(), text()),
    ModelPackageName: text(),
  },
);

const createShape = structure(
  { ModelName: text() },
  {
    PrimaryContainer: container,
    Containers: list(container),
    ExecutionRoleArn: text(),
    Tags: tags,
    VpcConfig: vpcConfig,
    EnableNetworkIsolation: flag(),
  },
);
type CreateModel = Of<typeof createShape>;

/** Image, data and environment of the one container, taken from a model package when it names one. */
const resolve = (hub: Hub, request: CreateModel): Pick<Model, 'image' | 'modelDataUrl' | 'environment'> => {
  const containers = [...(request.PrimaryContainer ? [request.PrimaryContainer] : []), ...(request.Containers ?? [])];
  const [only] = containers;
  if (!only) throw invalid('You must provide either PrimaryContainer or Containers.');
  if (containers.length > 1) throw invalid('The embedded cloud serves models of one container.');
  if (only.Mode === 'MultiModel') throw invalid('The embedded cloud does not serve MultiModel containers.');
  const packaged = only.ModelPackageName === undefined ? undefined : fromPackage(hub, only.ModelPackageName);
  const uri = only.Image ?? packaged?.Image;
  if (uri === undefined) throw invalid('A container needs an Image or a ModelPackageName.');
  hub.runtime('algorithm', uri);
  const dataUrl = only.ModelDataUrl ?? packaged?.ModelDataUrl;
  return {
    image: uri,
    ...(dataUrl === undefined ? {} : { modelDataUrl: dataUrl }),
    environment: { ...packaged?.Environment, ...only.Environment },
  };
};

const fromPackage = (hub: Hub, arnOrName: string) => {
  const found = mustFind<ModelPackage>(hub, 'model-package', nameOf(arnOrName));
  const [first] = found.request.InferenceSpecification?.Containers ?? [];
  if (!first) throw invalid(`ModelPackage ${arnOrName} has no InferenceSpecification.`);
  return first;
};

/** CreateModel looks for the model's data, as the model's role. */
const checkData = async (hub: Hub, url: string, role: string, arn: string): Promise<void> => {
  if (!url.endsWith('.tar.gz')) throw invalid(`Invalid model data ${url}: it must be a single tar.gz object.`);
  let storage: RoleStorage | undefined;
  try {
    storage = storageOf(hub.cloud, role, arn);
    await storage.head(parseS3Uri(url));
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404) throw invalid(`Could not find model data at ${url}.`);
    throw invalid(
      `Could not access model data at ${url}. Please ensure that the role "${role}" exists and that its trust ` +
        'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". ' +
        `Also ensure that the role has "s3:GetObject" permissions and that the object is located in ${hub.cloud.region}.`,
    );
  } finally {
    storage?.close();
  }
};

const nameShape = structure({ ModelName: text() });

export const modelOperations = (hub: Hub): Operations => ({
  CreateModel: operation(
    createShape,
    (input) => [
      {
        ...on(hub, 'CreateModel', 'model', input.ModelName),
        context: { 'sagemaker:NetworkIsolation': String(input.EnableNetworkIsolation ?? false) },
      },
      ...addTags(hub, 'model', input.ModelName, input.Tags),
      ...(input.ExecutionRoleArn === undefined ? [] : [passRole(input.ExecutionRoleArn)]),
    ],
    async (input) => {
      const { Tags, ...request } = input;
      const resolved = resolve(hub, input);
      const arn = arnOf(hub.cloud, 'model', input.ModelName);
      if (input.ExecutionRoleArn === undefined) throw invalid('Role ARN must be provided for creating a model.');
      if (hub.store.get('model', input.ModelName)) throw invalid(`Cannot create already existing model "${arn}".`);
      if (resolved.modelDataUrl !== undefined) {
        await checkData(hub, resolved.modelDataUrl, input.ExecutionRoleArn, arn);
      }
      const now = hub.cloud.clock.now();
      hub.store.put<Model>('model', {
        name: input.ModelName,
        created: now,
        modified: now,
        status: '',
        request,
        ...resolved,
        executionRoleArn: input.ExecutionRoleArn,
      });
      keepTags(hub, 'model', input.ModelName, Tags);
      return { ModelArn: arn };
    },
  ),

  DescribeModel: operation(
    nameShape,
    (input) => [on(hub, 'DescribeModel', 'model', input.ModelName)],
    (input) => {
      const model = mustFind<Model>(hub, 'model', input.ModelName);
      return {
        ...model.request,
        ModelArn: arnOf(hub.cloud, 'model', model.name),
        CreationTime: seconds(model.created),
        EnableNetworkIsolation: model.request['EnableNetworkIsolation'] ?? false,
      };
    },
  ),

  DeleteModel: operation(
    nameShape,
    (input) => [on(hub, 'DeleteModel', 'model', input.ModelName)],
    (input) => {
      forget(hub, 'model', mustFind<Model>(hub, 'model', input.ModelName).name);
      return {};
    },
  ),

  ListModels: operation(
    structure({}, { ...listing, SortBy: oneOf('Name', 'CreationTime') }),
    () => [onAny('ListModels')],
    (input) => {
      const { items, NextToken } = page(hub.store.all<Model>('model'), input);
      return present({
        NextToken,
        Models: items.map((model) => ({
          ModelName: model.name,
          ModelArn: arnOf(hub.cloud, 'model', model.name),
          CreationTime: seconds(model.created),
        })),
      });
    },
  ),
});
