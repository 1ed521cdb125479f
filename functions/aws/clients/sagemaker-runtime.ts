import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { once } from '#functions/aws/clients/once';

/** The process's only SageMaker Runtime client (inference). */
export const sageMakerRuntimeClient = once(() => new SageMakerRuntimeClient({}));

/**
 * A client for many requests at once, each sent only once. It has more connections than the SDK's 50, so that requests do not wait
 * for each other here, and gives up after SageMaker does (60 s for a model's answer: SageMaker API Reference, InvokeEndpoint).
 */
export const loadTestClient = once(() => {
  const agent = { keepAlive: true, maxSockets: 500 };
  return new SageMakerRuntimeClient({
    maxAttempts: 1,
    requestHandler: { httpAgent: agent, httpsAgent: agent, requestTimeout: 65_000 },
  });
});
