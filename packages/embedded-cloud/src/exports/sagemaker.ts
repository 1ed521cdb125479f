/** `embedded-cloud/sagemaker`: the settings of SageMaker, and the runtimes that run in place of container images. */
export type { ContainerProgram, ContainerRuntime } from '#src/sagemaker/container/runtime';
export { readQuotas, type SageMakerSettings } from '#src/sagemaker/settings';
export type { ServiceModel } from '#src/service-model/model';
