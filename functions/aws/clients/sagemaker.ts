import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { once } from '#functions/aws/clients/once';

/** The process's one client of SageMaker. */
export const sageMakerClient = once(() => new SageMakerClient({}));
