import type { RequestMembers } from '#src/cloud/request-members';

const MESSAGE = 'MessageBody DelaySeconds MessageAttributes';

/** What SQS acts on. */
export const sqsMembers: RequestMembers = {
  model: 'sqs',
  refusal: ['AWS.SimpleQueueService.UnsupportedOperation', 400],
  reads: {
    ChangeMessageVisibility: 'QueueUrl ReceiptHandle VisibilityTimeout',
    ChangeMessageVisibilityBatch: 'QueueUrl Entries{Id ReceiptHandle VisibilityTimeout}',
    DeleteMessage: 'QueueUrl ReceiptHandle',
    DeleteMessageBatch: 'QueueUrl Entries{Id ReceiptHandle}',
    GetQueueAttributes: 'QueueUrl AttributeNames',
    GetQueueUrl: 'QueueName QueueOwnerAWSAccountId',
    ListQueues: 'QueueNamePrefix NextToken MaxResults',
    PurgeQueue: 'QueueUrl',
    ReceiveMessage: `QueueUrl AttributeNames MessageSystemAttributeNames MessageAttributeNames MaxNumberOfMessages
      VisibilityTimeout WaitTimeSeconds`,
    SendMessage: `QueueUrl ${MESSAGE}`,
    SendMessageBatch: `QueueUrl Entries{Id ${MESSAGE}}`,
  },
};
