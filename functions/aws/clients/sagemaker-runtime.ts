import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { once } from '#functions/aws/clients/once';

/** The process's only SageMaker Runtime client (inference). */
export const sageMakerRuntimeClient = once(() => new SageMakerRuntimeClient({}));
