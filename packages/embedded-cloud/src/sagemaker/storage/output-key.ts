import type { CloudContext } from '#src/cloud/service';
import { keyUse } from '#src/kms/key-use';

/**
 * What SageMaker needs of the execution role to encrypt an output with a key that the request names: `kms:Encrypt`, beyond what
 * S3 itself needs (API Reference, OutputDataConfig, `KmsKeyId`).
 * @returns the refusal; undefined when the key may be used
 * @throws AwsError when there is no such key, or it is disabled
 */
export const outputKeyRefusal = (cloud: CloudContext, roleArn: string, key: string): string | undefined => {
  const authorize = keyUse(cloud, { actions: ['kms:Encrypt'], key, encryptionContext: {} });
  if (authorize.length === 0) return undefined;
  return cloud.actAs({
    roleArn,
    sessionName: 'SageMaker',
    service: 'sagemaker',
    operation: 'EncryptOutput',
    authorize,
  });
};
