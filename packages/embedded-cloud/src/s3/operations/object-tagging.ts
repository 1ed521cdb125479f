import type { PreparedCall } from '#src/cloud/service';
import { onObject, requestTags, versionIdOf } from '../authorization.ts';
import { announce } from '../events.ts';
import { requireBucket, type S3State, versioningOf } from '../state.ts';
import type { ObjectVersion, Tags } from '../store/versions.ts';
import { receiveText } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';
import { malformedXml } from '../wire/errors.ts';
import { childAt, children, parseXml, textAt, type XmlElement, type XmlNode } from '../wire/xml.ts';
import { resolveVersion } from './get-object.ts';
import { xmlResponse } from './listing-request.ts';
import { checkTags, versionHeaders } from './object-description.ts';
import { shownVersion } from './put-object.ts';

/** The tags of a `<Tagging>` document. */
export const parseTagSet = (document: XmlNode, most?: number): Tags => {
  const pairs = children(childAt(document, 'TagSet'), 'Tag').map((tag) => {
    const key = textAt(tag, 'Key');
    const value = textAt(tag, 'Value');
    if (key === undefined || value === undefined) throw malformedXml('every <Tag> needs a <Key> and a <Value>');
    return [key, value] as const;
  });
  return checkTags(pairs, most);
};

export const tagSetElement = (tags: Tags): XmlElement => ({
  TagSet: { Tag: Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value })) },
});

const versioned = (call: S3Call, action: string): string =>
  versionIdOf(call) === undefined ? `s3:${action}Tagging` : `s3:${action}VersionTagging`;

const headersOf = (s3: S3State, version: ObjectVersion) =>
  versionHeaders(versioningOf(s3, version.bucket), version.versionId);

/** GetObjectTagging */
export const getObjectTagging = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  return {
    operation: 'GetObjectTagging',
    authorize: [onObject(s3, call, versioned(call, 'GetObject'))],
    execute: async () => {
      const version = resolveVersion(s3, call.bucket, call.key, versionIdOf(call));
      const response = xmlResponse('Tagging', tagSetElement(version.tags));
      return { ...response, headers: { ...response.headers, ...headersOf(s3, version) } };
    },
  };
};

const replaceTags = (s3: S3State, call: S3Call, tags: Tags): Promise<ObjectVersion> =>
  s3.catalog.change(() => {
    const version = resolveVersion(s3, call.bucket, call.key, versionIdOf(call));
    s3.versions.setTags(version, tags);
    const { bucket, key, size, etag } = version;
    const type = Object.keys(tags).length === 0 ? 'Object Tags Deleted' : 'Object Tags Added';
    announce(s3, { type }, { bucket, key, size, etag, versionId: shownVersion(s3, version) }, call.request);
    return version;
  });

/** PutObjectTagging */
export const putObjectTagging = async (s3: S3State, call: S3Call): Promise<PreparedCall> => {
  requireBucket(s3, call.bucket);
  const tags = parseTagSet(parseXml((await receiveText(call)).text, 'Tagging'));
  return {
    operation: 'PutObjectTagging',
    authorize: [onObject(s3, call, versioned(call, 'PutObject'), requestTags(tags))],
    input: { Tagging: { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } },
    execute: async () => ({ status: 200, headers: headersOf(s3, await replaceTags(s3, call, tags)) }),
  };
};

/** DeleteObjectTagging */
export const deleteObjectTagging = (s3: S3State, call: S3Call): PreparedCall => {
  requireBucket(s3, call.bucket);
  return {
    operation: 'DeleteObjectTagging',
    authorize: [onObject(s3, call, versioned(call, 'DeleteObject'))],
    execute: async () => ({ status: 204, headers: headersOf(s3, await replaceTags(s3, call, {})) }),
  };
};
