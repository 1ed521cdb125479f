import { integer, list, oneOf, structure, text, timestamp } from '#src/sagemaker/validation/shape';

/** Members that several requests share. */

export const tags = list(structure({ Key: text(), Value: text() }));

export const vpcConfig = structure({ SecurityGroupIds: list(text()), Subnets: list(text()) });

/** Members of the List… requests. */
export const listing = {
  NextToken: text(),
  MaxResults: integer(),
  NameContains: text(),
  CreationTimeAfter: timestamp(),
  CreationTimeBefore: timestamp(),
  LastModifiedTimeAfter: timestamp(),
  LastModifiedTimeBefore: timestamp(),
  SortBy: oneOf('Name', 'CreationTime', 'Status'),
  SortOrder: oneOf('Ascending', 'Descending'),
};
