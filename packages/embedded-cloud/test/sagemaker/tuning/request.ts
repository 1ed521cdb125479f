import type {
  CreateHyperParameterTuningJobCommandInput,
  HyperParameterTuningJobConfig,
  ParameterRanges,
} from '@aws-sdk/client-sagemaker';
import { BUCKET, IMAGE, trainingRequest } from '../support.ts';

/** What a test's tuning job differs in. */
export type TuningChange = Partial<Omit<HyperParameterTuningJobConfig, 'ParameterRanges' | 'ResourceLimits'>> & {
  readonly jobs?: number;
  readonly parallel?: number;
  /** MaxRuntimeInSeconds. */
  readonly maxRuntime?: number;
  readonly ranges?: ParameterRanges;
  /** Static hyperparameters beside the usual ones. */
  readonly fixed?: Record<string, string>;
  readonly metric?: string;
  readonly direction?: 'Maximize' | 'Minimize';
  readonly image?: string;
  readonly parents?: readonly string[];
};

const defaultRanges: ParameterRanges = {
  ContinuousParameterRanges: [{ Name: 'eta', MinValue: '0.01', MaxValue: '1', ScalingType: 'Logarithmic' }],
  IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '1', MaxValue: '4', ScalingType: 'Auto' }],
};

/** A tuning job on the data of `trainingRequest`, for AUC. */
export const tuningRequest = (name: string, change: TuningChange): CreateHyperParameterTuningJobCommandInput => {
  const { jobs, parallel = 1, maxRuntime, ranges, fixed, metric, direction, image, parents, ...config } = change;
  const { InputDataConfig, RoleArn, ResourceConfig, StoppingCondition } = trainingRequest(name);
  return {
    HyperParameterTuningJobName: name,
    HyperParameterTuningJobConfig: {
      Strategy: 'Random',
      HyperParameterTuningJobObjective: { Type: direction ?? 'Maximize', MetricName: metric ?? 'validation:auc' },
      ResourceLimits: {
        MaxParallelTrainingJobs: parallel,
        ...(jobs === undefined ? {} : { MaxNumberOfTrainingJobs: jobs }),
        ...(maxRuntime === undefined ? {} : { MaxRuntimeInSeconds: maxRuntime }),
      },
      ParameterRanges: ranges ?? defaultRanges,
      RandomSeed: 11,
      ...config,
    },
    TrainingJobDefinition: {
      AlgorithmSpecification: { TrainingImage: image ?? IMAGE, TrainingInputMode: 'File' },
      RoleArn,
      InputDataConfig,
      OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/tuned` },
      ResourceConfig,
      StoppingCondition,
      StaticHyperParameters: {
        objective: 'binary:logistic',
        eval_metric: 'auc',
        num_round: '15',
        seed: '7',
        ...fixed,
      },
    },
    ...(parents
      ? {
          WarmStartConfig: {
            WarmStartType: 'IdenticalDataAndAlgorithm',
            ParentHyperParameterTuningJobs: parents.map((parent) => ({ HyperParameterTuningJobName: parent })),
          },
        }
      : {}),
  };
};
