import { type Resource, ref, sub } from './cloudformation.ts';

/** One customer-managed key a zone, rotated yearly; the account's IAM policies decide who uses it. */
const key = (description: string): Resource => ({
  Type: 'AWS::KMS::Key',
  DeletionPolicy: 'Retain',
  UpdateReplacePolicy: 'Retain',
  Properties: {
    Description: description,
    EnableKeyRotation: true,
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
      ],
    },
  },
});

/** Denies what does not come over TLS, whoever asks. */
const tlsOnly = (bucket: string): Resource => ({
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
      ],
    },
  },
});

export const keysAndPolicies = (stage: string): Record<string, Resource> => ({
  RawKey: key(`tidegate ${stage}: raw drops`),
  CleanKey: key(`tidegate ${stage}: desensitized rows`),
  ArtifactsKey: key(`tidegate ${stage}: models, reports, run records`),
  SecretsKey: key(`tidegate ${stage}: secrets`),
  RawBucketPolicy: tlsOnly('RawBucket'),
  CleanBucketPolicy: tlsOnly('CleanBucket'),
  ArtifactsBucketPolicy: tlsOnly('ArtifactsBucket'),
});
