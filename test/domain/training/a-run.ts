/** A run and where it takes place, for plans of its jobs. */
export const run = { pipeline: 'loans', runId: '20260131-090507-ab12' };
export const env = {
  stage: 'dev',
  cleanBucket: 'clean',
  artifactsBucket: 'artifacts',
  cleanKeyArn: 'arn:clean',
  artifactsKeyArn: 'arn:artifacts',
  trainingRoleArn: 'arn:role',
  image: 'image:1.7-1',
};
