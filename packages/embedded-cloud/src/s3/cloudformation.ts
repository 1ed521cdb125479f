import { physicalName } from '#src/cloud/physical-name';
import { AwsError, type ResourceProvider, type TemplateResource } from '#src/cloud/service';
import { checkBucketPolicy, setBucketPolicy } from './operations/bucket-policy.ts';
import { checkBucketName, makeBucket, removeBucket } from './operations/buckets.ts';
import type { PolicyDocument } from './policy-document.ts';
import { bucketArn, requireBucket, type S3State, versioningOf } from './state.ts';
import type { BucketDocument } from './store/buckets.ts';
import type { XmlElement, XmlNode } from './wire/xml.ts';

type Properties = Readonly<Record<string, unknown>>;

const isProperties = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const propertiesAt = (properties: Properties | undefined, name: string): Properties | undefined => {
  const value = properties?.[name];
  return isProperties(value) ? value : undefined;
};

const listAt = (properties: Properties | undefined, name: string): readonly Properties[] => {
  const value = properties?.[name];
  return Array.isArray(value) ? value.filter(isProperties) : [];
};

/** Numbers and booleans of a template may be written as text or not. */
const textAt = (properties: Properties | undefined, name: string): string | undefined => {
  const value = properties?.[name];
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
};

const tagElements = (tags: readonly Properties[]): XmlElement[] =>
  tags.map((tag) => ({ Key: textAt(tag, 'Key') ?? '', Value: textAt(tag, 'Value') ?? '' }));

/** A document without its undefined members; undefined when nothing is left. */
const compact = (element: XmlElement): XmlElement | undefined => {
  const defined = Object.entries(element).filter(([, value]) => value !== undefined);
  return defined.length > 0 ? Object.fromEntries(defined) : undefined;
};

const toEncryption = (property: Properties | undefined): XmlNode | undefined => {
  const [rule] = listAt(property, 'ServerSideEncryptionConfiguration');
  if (!rule) return undefined;
  const byDefault = propertiesAt(rule, 'ServerSideEncryptionByDefault');
  return compact({
    Rule: compact({
      ApplyServerSideEncryptionByDefault: compact({
        SSEAlgorithm: textAt(byDefault, 'SSEAlgorithm'),
        KMSMasterKeyID: textAt(byDefault, 'KMSMasterKeyID'),
      }),
      BucketKeyEnabled: textAt(rule, 'BucketKeyEnabled'),
    }),
  });
};

const toLifecycleRule = (rule: Properties): XmlElement => {
  const noncurrent = propertiesAt(rule, 'NoncurrentVersionExpiration');
  const abort = propertiesAt(rule, 'AbortIncompleteMultipartUpload');
  return {
    ID: textAt(rule, 'Id'),
    Status: textAt(rule, 'Status'),
    Filter: {
      And: {
        Prefix: textAt(rule, 'Prefix') ?? '',
        Tag: tagElements(listAt(rule, 'TagFilters')),
        ObjectSizeGreaterThan: textAt(rule, 'ObjectSizeGreaterThan'),
        ObjectSizeLessThan: textAt(rule, 'ObjectSizeLessThan'),
      },
    },
    Expiration: compact({
      Days: textAt(rule, 'ExpirationInDays'),
      Date: textAt(rule, 'ExpirationDate'),
      ExpiredObjectDeleteMarker: textAt(rule, 'ExpiredObjectDeleteMarker'),
    }),
    NoncurrentVersionExpiration: compact({
      NoncurrentDays: textAt(noncurrent, 'NoncurrentDays') ?? textAt(rule, 'NoncurrentVersionExpirationInDays'),
      NewerNoncurrentVersions: textAt(noncurrent, 'NewerNoncurrentVersions'),
    }),
    AbortIncompleteMultipartUpload: compact({ DaysAfterInitiation: textAt(abort, 'DaysAfterInitiation') }),
    Transition: listAt(rule, 'Transitions').map((transition) => ({
      Days: textAt(transition, 'TransitionInDays'),
      Date: textAt(transition, 'TransitionDate'),
      StorageClass: textAt(transition, 'StorageClass'),
    })),
    NoncurrentVersionTransition: listAt(rule, 'NoncurrentVersionTransitions').map((transition) => ({
      NoncurrentDays: textAt(transition, 'TransitionInDays'),
      StorageClass: textAt(transition, 'StorageClass'),
    })),
  };
};

const toNotification = (property: Properties | undefined, logicalId: string): XmlNode | undefined => {
  for (const name of ['LambdaConfigurations', 'QueueConfigurations', 'TopicConfigurations']) {
    if (listAt(property, name).length === 0) continue;
    throw new AwsError(
      'ValidationError',
      `${logicalId}: the embedded S3 sends changes to EventBridge; replace NotificationConfiguration.${name} by EventBridgeConfiguration and a rule`,
    );
  }
  const bridge = propertiesAt(property, 'EventBridgeConfiguration');
  return bridge && textAt(bridge, 'EventBridgeEnabled') !== 'false' ? { EventBridgeConfiguration: {} } : undefined;
};

const toPublicAccessBlock = (property: Properties | undefined): XmlNode | undefined => {
  if (!property) return undefined;
  const names = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];
  return Object.fromEntries(names.map((name) => [name, textAt(property, name) ?? 'false']));
};

const toLogging = (property: Properties | undefined): XmlNode | undefined =>
  property && {
    LoggingEnabled: {
      TargetBucket: textAt(property, 'DestinationBucketName'),
      TargetPrefix: textAt(property, 'LogFilePrefix') ?? '',
    },
  };

const toCors = (property: Properties | undefined): XmlNode | undefined => {
  const rules = listAt(property, 'CorsRules');
  if (rules.length === 0) return undefined;
  const names = { AllowedHeader: 'AllowedHeaders', AllowedMethod: 'AllowedMethods', AllowedOrigin: 'AllowedOrigins' };
  return {
    CORSRule: rules.map((rule) => ({
      ...Object.fromEntries(Object.entries(names).map(([element, name]) => [element, stringsAt(rule, name)])),
      ExposeHeader: stringsAt(rule, 'ExposedHeaders'),
      MaxAgeSeconds: textAt(rule, 'MaxAge'),
    })),
  };
};

const stringsAt = (properties: Properties, name: string): string[] => {
  const value = properties[name];
  return Array.isArray(value) ? value.map(String) : [];
};

/** What the template says of a bucket, as the documents of the S3 API; what it leaves out is undefined. */
const toDocuments = ({
  logicalId,
  properties,
}: TemplateResource): Partial<Record<BucketDocument, XmlNode | undefined>> => {
  const rules = listAt(propertiesAt(properties, 'LifecycleConfiguration'), 'Rules');
  const tags = tagElements(listAt(properties, 'Tags'));
  const [ownership] = listAt(propertiesAt(properties, 'OwnershipControls'), 'Rules');
  return {
    encryption: toEncryption(propertiesAt(properties, 'BucketEncryption')),
    lifecycle: rules.length > 0 ? { Rule: rules.map(toLifecycleRule) } : undefined,
    notification: toNotification(propertiesAt(properties, 'NotificationConfiguration'), logicalId),
    tagging: tags.length > 0 ? { TagSet: { Tag: tags } } : undefined,
    ownershipControls: { Rule: { ObjectOwnership: textAt(ownership, 'ObjectOwnership') ?? 'BucketOwnerEnforced' } },
    logging: toLogging(propertiesAt(properties, 'LoggingConfiguration')),
    cors: toCors(propertiesAt(properties, 'CorsConfiguration')),
  };
};

const applyVersioning = (s3: S3State, bucket: string, properties: Properties): void => {
  const status = textAt(propertiesAt(properties, 'VersioningConfiguration'), 'Status');
  if (status !== undefined) s3.buckets.setDocument(bucket, 'versioning', { Status: status });
  // Versioning cannot be turned off again: S3 suspends it.
  else if (versioningOf(s3, bucket) === 'enabled')
    s3.buckets.setDocument(bucket, 'versioning', { Status: 'Suspended' });
};

const maximalNameLength = 63;

const bucketName = ({ logicalId, properties, stackName }: TemplateResource): string =>
  textAt(properties, 'BucketName') ?? physicalName(stackName, logicalId, maximalNameLength).toLowerCase();

const bucketProvider = (s3: S3State): ResourceProvider => ({
  existing: async (resource) => s3.buckets.get(bucketName(resource)) && bucketName(resource),
  apply: async (resource) => {
    const { properties } = resource;
    const name = bucketName(resource);
    const documents = toDocuments(resource);
    checkBucketName(name);
    s3.catalog.database.transaction(() => {
      if (!s3.buckets.get(name)) makeBucket(s3, name);
      for (const [kind, document] of Object.entries(documents)) {
        s3.buckets.setDocument(name, kind as BucketDocument, document);
      }
      const block = toPublicAccessBlock(propertiesAt(properties, 'PublicAccessBlockConfiguration'));
      if (block) s3.buckets.setDocument(name, 'publicAccessBlock', block);
      applyVersioning(s3, name, properties);
    });
    return {
      ref: name,
      attributes: {
        Arn: bucketArn(s3, name),
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${s3.context.region}.amazonaws.com`,
        DualStackDomainName: `${name}.s3.dualstack.${s3.context.region}.amazonaws.com`,
      },
    };
  },
  // CloudFormation never deletes data: a bucket that holds any stays.
  delete: async ({ ref }) => {
    if (s3.buckets.get(ref) === undefined || (await removeBucket(s3, ref))) return;
    throw new Error(`The bucket ${ref} is not empty.`);
  },
});

const bucketPolicyProvider = (s3: S3State): ResourceProvider => ({
  apply: async ({ logicalId, properties }) => {
    const bucket = textAt(properties, 'Bucket');
    const policy = propertiesAt(properties, 'PolicyDocument');
    if (bucket === undefined || !policy) {
      throw new AwsError('ValidationError', `${logicalId}: AWS::S3::BucketPolicy needs Bucket and PolicyDocument`);
    }
    requireBucket(s3, bucket);
    checkBucketPolicy(s3, bucket, policy);
    setBucketPolicy(s3, bucket, policy satisfies PolicyDocument);
    return { ref: bucket, attributes: {} };
  },
  delete: async ({ ref }) => s3.buckets.setDocument(ref, 'policy', undefined),
});

/** The CloudFormation resource types S3 provides. Applying one again keeps the objects and sets what the template says. */
export const s3Resources = (s3: S3State): Readonly<Record<string, ResourceProvider>> => ({
  'AWS::S3::Bucket': bucketProvider(s3),
  'AWS::S3::BucketPolicy': bucketPolicyProvider(s3),
});
