import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reduceModel, writeModel } from './reduce-model.ts';
import type { ServiceModels } from './service-models.ts';

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

const file = fileURLToPath(
  new URL('../../packages/embedded-cloud/src/sagemaker/validation/service-model.json', import.meta.url),
);

/** What the model says of these operations. @throws Error when it lacks one of them */
function constraints(models: ServiceModels): string {
  const model = models.load('sagemaker');
  if (!model) throw new Error('botocore has no service model of SageMaker.');
  return writeModel(reduceModel(model, OPERATIONS));
}

/** Whether the embedded SageMaker validates by the pinned model. */
export const areConstraintsCurrent = (models: ServiceModels): boolean =>
  readFileSync(file, 'utf8') === constraints(models);

export const writeConstraints = (models: ServiceModels): void => writeFileSync(file, constraints(models));
