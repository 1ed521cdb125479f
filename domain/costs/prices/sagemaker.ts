import { forUses, type PriceGroup } from './price-group.ts';

/** What SageMaker runs on instances. */
const everyUse = ['training', 'processing', 'transform', 'hosting'] as const;
const page = 'aws.amazon.com/sagemaker/ai/pricing, "Real-Time Inference"';
/** It has the price of each use of an instance type, and of volumes. */
const bill = 'a bill of December 2023: github.com/aws-samples/sagemaker-ssh-helper, Sample_Costs.md';

/**
 * Amazon SageMaker AI: an instance for an hour, a gigabyte of a training job's volume for a month. Not known, so not here: serverless
 * endpoints, data of requests, volumes of processing jobs. Batch transform has no volume that is billed.
 */
export const sageMakerPrices: readonly PriceGroup[] = [
  {
    source: page,
    checked: '2026-11',
    prices: forUses('sagemaker', ['hosting'], {
      'ml.t2.medium': 0.056,
      'ml.t2.large': 0.111,
      'ml.t2.xlarge': 0.223,
    }),
  },
  {
    source: `${page}; that every use costs the same: ${bill}`,
    checked: '2026-11',
    prices: forUses('sagemaker', everyUse, {
      'ml.m4.xlarge': 0.24,
      'ml.m5.large': 0.115,
      'ml.m5.xlarge': 0.23,
      'ml.m5.2xlarge': 0.461,
      'ml.m5.4xlarge': 0.922,
      'ml.m5.12xlarge': 2.765,
      'ml.m5.24xlarge': 5.53,
      'ml.c5.large': 0.102,
      'ml.c5.xlarge': 0.204,
      'ml.c5.2xlarge': 0.408,
      'ml.c5.4xlarge': 0.816,
      'ml.c5.9xlarge': 1.836,
      'ml.c5.18xlarge': 3.672,
    }),
  },
  {
    source: 'AWS Price List, usage type USE1-Train:ml.g5.2xlarge, as a public repository quotes it',
    checked: '2026-08-20',
    prices: { 'sagemaker.training.ml.g5.2xlarge': 1.515 },
  },
  {
    source: `a tenth less than in eu-west-1: ${bill}`,
    checked: '2023-12',
    prices: { 'sagemaker.training.volume': 0.14 },
  },
  {
    source: bill,
    checked: '2023-12',
    region: 'eu-west-1',
    prices: { ...forUses('sagemaker', everyUse, { 'ml.m5.xlarge': 0.257 }), 'sagemaker.training.volume': 0.154 },
  },
];
