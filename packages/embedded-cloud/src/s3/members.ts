import type { RequestMembers } from '#src/cloud/request-members';

const CHECKSUMS = 'ChecksumCRC32 ChecksumCRC32C ChecksumCRC64NVME ChecksumSHA1 ChecksumSHA256';
const ACL = 'ACL GrantFullControl GrantRead GrantReadACP GrantWriteACP';
const KEPT =
  'CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType Expires Metadata StorageClass';
const ENCRYPTION = 'ServerSideEncryption SSEKMSKeyId BucketKeyEnabled';
const WRITE = `Bucket Key ExpectedBucketOwner ChecksumAlgorithm Tagging ${ACL} ${KEPT} ${ENCRYPTION}`;
const IF_WRITE = 'IfMatch IfNoneMatch';
const IF_READ = 'IfMatch IfNoneMatch IfModifiedSince IfUnmodifiedSince';
const COPY = `CopySource CopySourceIfMatch CopySourceIfModifiedSince CopySourceIfNoneMatch CopySourceIfUnmodifiedSince
  ExpectedSourceBucketOwner`;
const RESPONSE = `ResponseCacheControl ResponseContentDisposition ResponseContentEncoding ResponseContentLanguage
  ResponseContentType ResponseExpires`;
const READ = `Bucket Key VersionId Range PartNumber ChecksumMode ExpectedBucketOwner ${IF_READ} ${RESPONSE}`;
const VERSION = 'Bucket Key VersionId ExpectedBucketOwner';
const BUCKET = 'Bucket ExpectedBucketOwner';
const LISTED = `${BUCKET} Delimiter EncodingType Prefix`;

/** What can be configured on a bucket: `Get…`, `Put…` and, where S3 has it, `Delete…`. */
const CONFIGURATIONS: Readonly<
  Record<string, readonly [document: string, deletion?: string | undefined, checks?: string]>
> = {
  BucketCors: ['CORSConfiguration', 'DeleteBucketCors'],
  BucketEncryption: ['ServerSideEncryptionConfiguration', 'DeleteBucketEncryption'],
  BucketLifecycleConfiguration: ['LifecycleConfiguration', 'DeleteBucketLifecycle', 'ChecksumAlgorithm'],
  BucketLogging: ['BucketLoggingStatus'],
  BucketNotificationConfiguration: ['NotificationConfiguration', undefined, ''],
  BucketOwnershipControls: ['OwnershipControls', 'DeleteBucketOwnershipControls'],
  BucketPolicy: ['Policy', 'DeleteBucketPolicy'],
  BucketTagging: ['Tagging', 'DeleteBucketTagging'],
  BucketVersioning: ['VersioningConfiguration'],
  PublicAccessBlock: ['PublicAccessBlockConfiguration', 'DeletePublicAccessBlock'],
};

const configured = Object.fromEntries(
  Object.entries(CONFIGURATIONS).flatMap(([name, [document, deletion, checks = 'ContentMD5 ChecksumAlgorithm']]) => [
    [`Get${name}`, BUCKET],
    [`Put${name}`, `${BUCKET} ${checks} ${document}`],
    ...(deletion === undefined ? [] : [[deletion, BUCKET]]),
  ]),
) as Record<string, string>;

/** What S3 acts on. Bodies are read by the operations. */
export const s3Members: RequestMembers = {
  model: 's3',
  refusal: ['NotImplemented', 501],
  inert: { RequestPayer: 'nobody pays' },
  reads: {
    ...configured,
    AbortMultipartUpload: 'Bucket Key UploadId ExpectedBucketOwner',
    CompleteMultipartUpload: `Bucket Key UploadId MultipartUpload MpuObjectSize ChecksumType ExpectedBucketOwner ${CHECKSUMS}
      ${IF_WRITE}`,
    CopyObject: `${WRITE} ${COPY} ${IF_WRITE} MetadataDirective TaggingDirective`,
    CreateBucket: `Bucket ${ACL} GrantWrite ObjectOwnership CreateBucketConfiguration{LocationConstraint Tags{Key Value}}`,
    CreateMultipartUpload: `${WRITE} ChecksumType`,
    DeleteBucket: BUCKET,
    DeleteObject: `${VERSION} IfMatch`,
    DeleteObjects: `${BUCKET} Delete{Objects{Key VersionId ETag} Quiet} ChecksumAlgorithm`,
    DeleteObjectTagging: VERSION,
    GetBucketLocation: BUCKET,
    GetObject: READ,
    GetObjectAttributes: `${VERSION} MaxParts PartNumberMarker ObjectAttributes`,
    GetObjectTagging: VERSION,
    HeadBucket: BUCKET,
    HeadObject: READ,
    ListBuckets: 'MaxBuckets ContinuationToken Prefix BucketRegion',
    ListMultipartUploads: `${LISTED} KeyMarker UploadIdMarker MaxUploads`,
    ListObjects: `${LISTED} Marker MaxKeys`,
    ListObjectsV2: `${LISTED} MaxKeys ContinuationToken FetchOwner StartAfter`,
    ListObjectVersions: `${LISTED} KeyMarker VersionIdMarker MaxKeys`,
    ListParts: 'Bucket Key UploadId MaxParts PartNumberMarker ExpectedBucketOwner',
    PutObject: `${WRITE} ${CHECKSUMS} ${IF_WRITE} ContentMD5`,
    PutObjectTagging: `${VERSION} Tagging ContentMD5 ChecksumAlgorithm`,
    UploadPart: `Bucket Key UploadId PartNumber ContentMD5 ChecksumAlgorithm ExpectedBucketOwner ${CHECKSUMS}`,
    UploadPartCopy: `Bucket Key UploadId PartNumber CopySourceRange ExpectedBucketOwner ${COPY}`,
  },
};
