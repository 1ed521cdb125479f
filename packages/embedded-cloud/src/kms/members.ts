import type { RequestMembers } from '#src/cloud/request-members';

const DATA_KEY = 'KeyId EncryptionContext NumberOfBytes KeySpec DryRun';

/** What KMS acts on. */
export const kmsMembers: RequestMembers = {
  model: 'kms',
  refusal: ['UnsupportedOperationException', 400],
  reads: {
    Decrypt: 'CiphertextBlob EncryptionContext KeyId EncryptionAlgorithm DryRun',
    DescribeKey: 'KeyId',
    Encrypt: 'KeyId Plaintext EncryptionContext EncryptionAlgorithm DryRun',
    GenerateDataKey: DATA_KEY,
    GenerateDataKeyWithoutPlaintext: DATA_KEY,
    GetKeyPolicy: 'KeyId PolicyName',
    GetKeyRotationStatus: 'KeyId',
    ListAliases: 'KeyId Limit Marker',
    ListKeys: 'Limit Marker',
  },
};
