import type { RequestMembers } from '#src/cloud/request-members';

const VALUE = 'ClientRequestToken SecretBinary SecretString';

/** What Secrets Manager acts on. */
export const secretsManagerMembers: RequestMembers = {
  model: 'secretsmanager',
  refusal: ['InvalidParameterException', 400],
  inert: { IncludeDeprecated: 'a version goes as soon as no staging label names it' },
  reads: {
    CreateSecret: `Name Description KmsKeyId Tags ${VALUE}`,
    DeleteSecret: 'SecretId RecoveryWindowInDays ForceDeleteWithoutRecovery',
    DescribeSecret: 'SecretId',
    GetRandomPassword: `PasswordLength ExcludeCharacters ExcludeNumbers ExcludePunctuation ExcludeUppercase ExcludeLowercase
      IncludeSpace RequireEachIncludedType`,
    GetSecretValue: 'SecretId VersionId VersionStage',
    ListSecretVersionIds: 'SecretId MaxResults NextToken',
    ListSecrets: 'IncludePlannedDeletion MaxResults NextToken Filters{Key Values} SortOrder SortBy',
    PutSecretValue: `SecretId VersionStages ${VALUE}`,
    RestoreSecret: 'SecretId',
    UpdateSecret: `SecretId Description KmsKeyId ${VALUE}`,
  },
};
