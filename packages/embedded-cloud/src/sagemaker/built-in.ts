import { repositoryOf } from '#src/sagemaker/container/runtime';

/**
 * Whether an image is that of a built-in algorithm: SageMaker knows its metrics and what can be tuned, and metric definitions
 * are refused. The repositories are AWS's (Developer Guide: Docker Registry Paths); the embedded cloud knows XGBoost's.
 */
export const isBuiltIn = (image: string): boolean => repositoryOf(image) === 'sagemaker-xgboost';
