import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reduceModel, writeModel } from '#src/contract/reduce-model';
import type { ServiceModels } from '#src/contract/service-models';
import { type KnownMembers, membersOf } from '#src/service-model/request-members';
import { emulatedMembers } from './emulated-members.ts';

/** The operations of SageMaker that the embedded cloud has. */
const OPERATIONS = [
  ...['AddTags', 'DeleteTags', 'ListTags'],
  ...['CreateTrainingJob', 'DescribeTrainingJob', 'ListTrainingJobs', 'StopTrainingJob'],
  ...['CreateTransformJob', 'DescribeTransformJob', 'ListTransformJobs', 'StopTransformJob'],
  ...['CreateProcessingJob', 'DescribeProcessingJob', 'ListProcessingJobs', 'StopProcessingJob'],
  ...['CreateHyperParameterTuningJob', 'DescribeHyperParameterTuningJob', 'ListHyperParameterTuningJobs'],
  ...['ListTrainingJobsForHyperParameterTuningJob', 'StopHyperParameterTuningJob'],
  ...['CreateModel', 'DeleteModel', 'DescribeModel', 'ListModels'],
  ...['CreateEndpointConfig', 'DeleteEndpointConfig', 'DescribeEndpointConfig', 'ListEndpointConfigs'],
  ...['CreateEndpoint', 'DeleteEndpoint', 'DescribeEndpoint', 'ListEndpoints', 'UpdateEndpoint'],
  'UpdateEndpointWeightsAndCapacities',
  ...['CreateModelPackage', 'DeleteModelPackage', 'DescribeModelPackage', 'ListModelPackages', 'UpdateModelPackage'],
  ...['CreateModelPackageGroup', 'DeleteModelPackageGroup', 'DescribeModelPackageGroup', 'ListModelPackageGroups'],
];

const file = fileURLToPath(new URL('../sagemaker/validation/service-model.json', import.meta.url));

/** What the model says of these operations. @throws Error when it lacks one of them */
function bundledModel(models: ServiceModels): string {
  const model = models.load('sagemaker');
  if (!model) throw new Error('botocore has no service model of SageMaker.');
  return writeModel(reduceModel(model, OPERATIONS));
}

const membersFile = fileURLToPath(new URL('../service-model/request-members.json', import.meta.url));

/** AWS's members of every request that a table of members is about. @throws Error when an operation is unknown */
function bundledMembers(models: ServiceModels): string {
  const known: KnownMembers = Object.fromEntries(
    emulatedMembers.map(({ model: name, reads }) => {
      const model = models.load(name);
      if (!model) throw new Error(`botocore has no service model of ${name}.`);
      return [
        name,
        Object.fromEntries(
          Object.keys(reads)
            .sort()
            .map((operation) => [operation, membersOf(model, operation)]),
        ),
      ];
    }),
  );
  return `${JSON.stringify(known, undefined, 2)}\n`;
}

/** Whether the packaged subsets are those of the pinned botocore. */
export const isBundledModelCurrent = (models: ServiceModels): boolean =>
  readFileSync(file, 'utf8') === bundledModel(models) && readFileSync(membersFile, 'utf8') === bundledMembers(models);

/** Writes the subsets that the embedded cloud checks requests with. */
export const writeBundledModel = (models: ServiceModels): void => {
  writeFileSync(file, bundledModel(models));
  writeFileSync(membersFile, bundledMembers(models));
};
