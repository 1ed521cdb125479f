/**
 * Writes `src/sagemaker/validation/service-model.json`: what AWS's service model says of the requests and answers of the
 * SageMaker operations that are emulated. Source: botocore (Apache-2.0), pinned in `src/contract/botocore.txt`.
 * `npm run contract` reports when the file is out of date.
 */
import { resolve } from 'node:path';
import { writeBundledModel } from '#src/contract/bundled-model';
import { installModels, ServiceModels } from '#src/contract/service-models';

const installed = await installModels(resolve(process.argv[2] ?? 'node_modules/.cache/service-models'));
if ('problem' in installed) throw new Error(`The service models are missing: ${installed.problem}`);
writeBundledModel(new ServiceModels(installed.folder));
