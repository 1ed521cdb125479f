import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { once } from '#functions/aws/clients/once';

/** The process's only SageMaker client. */
export const sageMakerClient = once(() => new SageMakerClient({}));
