import { getAtt, type Resource, ref, sub, type Value } from './cloudformation.ts';

/**
 * One customer-managed key per zone, rotated yearly. The account's IAM policies control its use. CloudFormation deletes a key
 * only when the deployment that created it fails; such a key encrypted nothing, so it waits the shortest time.
 */
const key = (description: string, ...services: Value[]): Resource => ({
  Type: 'AWS::KMS::Key',
  DeletionPolicy: 'RetainExceptOnCreate',
  UpdateReplacePolicy: 'Retain',
  Properties: {
    Description: description,
    EnableKeyRotation: true,
    PendingWindowInDays: 7,
    KeyPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TheAccountDelegatesToIam',
          Effect: 'Allow',
          Principal: { AWS: sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:root') },
          Action: 'kms:*',
          Resource: '*',
        },
        ...services,
      ],
    },
  },
});

/**
 * CloudWatch Logs encrypts as a service principal. The encryption context restricts the key to this stage's log groups
 * (CloudWatch Logs User Guide, "Encrypt log data using AWS KMS").
 */
const logsMayEncrypt = (stage: string): Value => ({
  Sid: 'CloudWatchLogsOfThisStage',
  Effect: 'Allow',
  Principal: { Service: sub('logs.${AWS::Region}.${AWS::URLSuffix}') },
  Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
  Resource: '*',
  Condition: {
    ArnLike: {
      'kms:EncryptionContext:aws:logs:arn': ['/aws/lambda', '/aws/vendedlogs/states'].map((folder) =>
        sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${folder}/tidegate-${stage}-*`),
      ),
    },
  },
});

/**
 * A write without encryption headers uses the bucket's default. A write with another algorithm or key is denied. `Null` is
 * needed because a negated condition also matches when the header is absent.
 */
const ownKeyOnly = (bucket: string, keyId: string): Value[] => {
  const deny = (sid: string, header: string, wanted: Value): Value => ({
    Sid: sid,
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: sub(`\${${bucket}.Arn}/*`),
    Condition: { Null: { [header]: 'false' }, StringNotEquals: { [header]: wanted } },
  });
  return [
    deny('NoOtherAlgorithm', 's3:x-amz-server-side-encryption', 'aws:kms'),
    deny('NoOtherKey', 's3:x-amz-server-side-encryption-aws-kms-key-id', getAtt(keyId, 'Arn')),
  ];
};

/** Lets S3 deliver the access logs of this stage's buckets. */
const accessLogs = (stage: string): Value => ({
  Sid: 'AccessLogsOfThisStage',
  Effect: 'Allow',
  Principal: { Service: 'logging.s3.amazonaws.com' },
  Action: 's3:PutObject',
  Resource: sub('${LogsBucket.Arn}/s3/*'),
  Condition: {
    StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') },
    ArnLike: { 'aws:SourceArn': sub(`arn:\${AWS::Partition}:s3:::tidegate-${stage}-*`) },
  },
});

/** Denies all requests without TLS. */
const tlsOnly = (bucket: string, ...others: Value[]): Resource => ({
  Type: 'AWS::S3::BucketPolicy',
  Properties: {
    Bucket: ref(bucket),
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TlsOnly',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [sub(`\${${bucket}.Arn}`), sub(`\${${bucket}.Arn}/*`)],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        ...others,
      ],
    },
  },
});

export const keysAndPolicies = (stage: string): Record<string, Resource> => ({
  RawKey: key(`tidegate ${stage}: raw drops`),
  CleanKey: key(`tidegate ${stage}: desensitized rows`),
  ArtifactsKey: key(`tidegate ${stage}: models, reports, run records`),
  SecretsKey: key(`tidegate ${stage}: secrets`),
  TablesKey: key(`tidegate ${stage}: tables`),
  LogsKey: key(`tidegate ${stage}: logs`, logsMayEncrypt(stage)),
  RawBucketPolicy: tlsOnly('RawBucket', ...ownKeyOnly('RawBucket', 'RawKey')),
  CleanBucketPolicy: tlsOnly('CleanBucket', ...ownKeyOnly('CleanBucket', 'CleanKey')),
  ArtifactsBucketPolicy: tlsOnly('ArtifactsBucket', ...ownKeyOnly('ArtifactsBucket', 'ArtifactsKey')),
  LogsBucketPolicy: tlsOnly('LogsBucket', accessLogs(stage)),
});
