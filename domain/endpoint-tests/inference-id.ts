/**
 * The id of every request of an endpoint test. SageMaker adds it to the captured data (SageMaker API Reference, InvokeEndpoint,
 * InferenceId), so that drift checks leave these requests out: no application sent them.
 */
export const testInferenceId = 'tidegate:endpoint-test';
