import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reduceModel, writeModel } from '#src/contract/reduce-model';
import type { ServiceModels } from '#src/contract/service-models';

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

/** Whether the packaged subset is that of the pinned botocore. */
export const isBundledModelCurrent = (models: ServiceModels): boolean =>
  readFileSync(file, 'utf8') === bundledModel(models);

/** Writes the subset that the embedded SageMaker checks requests with. */
export const writeBundledModel = (models: ServiceModels): void => writeFileSync(file, bundledModel(models));
