import { AwsError } from '../../cloud/service.ts';
import type { JsonObject } from '../asl.ts';
import { type Api, call, type Operation, requiredText, tagsOf } from './operation.ts';

/** Tags that a state machine may have (Developer Guide, "Quotas related to tagging"). */
const MAX_TAGS = 50;

const changeTags = (
  input: JsonObject,
  { machines }: Api,
  change: (tags: Record<string, string>) => Record<string, string>,
) => {
  const { arn, tags } = machines.tagged(requiredText(input, 'resourceArn'));
  const changed = change({ ...tags });
  if (Object.keys(changed).length > MAX_TAGS)
    throw new AwsError('TooManyTags', `Too Many Tags: a resource has at most ${MAX_TAGS} tags`, 400, {
      resourceName: arn,
    });
  machines.update(arn, { tags: changed });
  return {};
};

const tagResource: Operation = (input, api) =>
  call('TagResource', requiredText(input, 'resourceArn'), () =>
    changeTags(input, api, (tags) => ({ ...tags, ...tagsOf(input['tags']) })),
  );

const untagResource: Operation = (input, api) =>
  call('UntagResource', requiredText(input, 'resourceArn'), () => {
    const keys = Array.isArray(input['tagKeys']) ? input['tagKeys'] : [];
    return changeTags(input, api, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))),
    );
  });

const listTagsForResource: Operation = (input, { machines }) => {
  const arn = requiredText(input, 'resourceArn');
  return call('ListTagsForResource', arn, () => ({
    tags: Object.entries(machines.tagged(arn).tags).map(([key, value]) => ({ key, value })),
  }));
};

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};
