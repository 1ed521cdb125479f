import { integer, list, map, oneOf, structure, text, timestamp } from '#local/sagemaker/validation/shape';

/** Members that several requests share; constraints from the SageMaker service model (API version 2017-07-24). */

const namePattern = '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}';
/** Names of jobs, model package groups and variants. */
export const entityName = text({ min: 1, max: 63, pattern: namePattern });
export const endpointName = text({ max: 63, pattern: namePattern });
export const modelName = text({ max: 63, pattern: '[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?' });
export const arnOrName = text({
  min: 1,
  max: 170,
  pattern: '(arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:[a-z\\-]*\\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)',
});
export const roleArn = text({
  min: 20,
  max: 2048,
  pattern: 'arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
});
export const kmsKeyId = text({ max: 2048, pattern: '[a-zA-Z0-9:/_-]*' });
export const s3Uri = text({ max: 1024, pattern: '(https|s3)://([^/]+)/?(.*)' });
export const image = text({ max: 255, pattern: '[\\S]+' });
export const contentType = text({ max: 256 });
export const description = text({ max: 1024, pattern: '[\\p{L}\\p{M}\\p{Z}\\p{S}\\p{N}\\p{P}]*' });
export const contentDigest = text({ max: 72, pattern: '[Ss][Hh][Aa]256:[0-9a-fA-F]{64}' });

const tagText = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';
export const tagKey = text({ min: 1, max: 128, pattern: tagText });
export const tags = list(structure({ Key: tagKey, Value: text({ max: 256, pattern: tagText }) }), { max: 50 });

/** Environment of a container; the limits differ between jobs and models. */
export const environment = (pairs: number, length: number) =>
  map(text({ max: 1024, pattern: '[a-zA-Z_][a-zA-Z0-9_]*' }), text({ max: length }), { max: pairs });

export const vpcConfig = structure({
  SecurityGroupIds: list(text({ max: 32, pattern: '[-0-9a-zA-Z]+' }), { min: 1, max: 5 }),
  Subnets: list(text({ max: 32, pattern: '[-0-9a-zA-Z]+' }), { min: 1, max: 16 }),
});

/** Members of the List… requests. */
export const listing = {
  NextToken: text({ max: 8192 }),
  MaxResults: integer({ min: 1, max: 100 }),
  NameContains: text({ max: 63, pattern: '[a-zA-Z0-9\\-]+' }),
  CreationTimeAfter: timestamp(),
  CreationTimeBefore: timestamp(),
  LastModifiedTimeAfter: timestamp(),
  LastModifiedTimeBefore: timestamp(),
  SortBy: oneOf('Name', 'CreationTime', 'Status'),
  SortOrder: oneOf('Ascending', 'Descending'),
};
