/** `embedded-cloud/sagemaker`: the settings of SageMaker, the runtimes that run in place of container images, and serving a model by one. */
export { serveArchive } from '#src/sagemaker/container/archive';
export { type ContainerProgram, type ContainerRuntime, repositoryOf } from '#src/sagemaker/container/runtime';
export { type ModelServer, StartError } from '#src/sagemaker/container/server';
export { readQuotas, type SageMakerSettings } from '#src/sagemaker/settings';
export type { ServiceModel } from '#src/service-model/model';
