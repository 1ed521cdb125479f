import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { once } from '#functions/aws/clients/once';

/** The process's one client of SageMaker Runtime (inference). */
export const sageMakerRuntimeClient = once(() => new SageMakerRuntimeClient({}));
