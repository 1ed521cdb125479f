/**
 * Writes `packages/embedded-cloud/src/sagemaker/validation/service-model.json`: what AWS's service model demands of requests to the operations
 * that the embedded SageMaker has, and what it says of their answers. Source: botocore, Apache-2.0, as pinned in
 * `scripts/contract/requirements.txt`. `npm run contract` tells when the file is out of date.
 */
import { writeConstraints } from './contract/constraints.ts';
import { installModels, ServiceModels } from './contract/service-models.ts';

const installed = await installModels();
if ('problem' in installed) throw new Error(`The service models are missing: ${installed.problem}`);
writeConstraints(new ServiceModels(installed.folder));
