import type { AuthorizationRequest } from '#local/cloud/service';
import type { Hub } from '#local/sagemaker/hub';
import { type Operations, operation } from '#local/sagemaker/operation';
import { tagKey, tags } from '#local/sagemaker/validation/common';
import { integer, list, structure, text } from '#local/sagemaker/validation/shape';

const resourceArn = text({ max: 256, pattern: 'arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+' });

const onArn = (action: string, arn: string): AuthorizationRequest[] => [
  { action: `sagemaker:${action}`, resource: arn },
];

const asList = (found: Readonly<Record<string, string>>) =>
  Object.entries(found).map(([Key, Value]) => ({ Key, Value }));

export const tagOperations = (hub: Hub): Operations => ({
  AddTags: operation(
    structure({ ResourceArn: resourceArn, Tags: tags }),
    (input) => onArn('AddTags', input.ResourceArn),
    (input) => {
      hub.store.putTags(input.ResourceArn, Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value])));
      return { Tags: asList(hub.store.tagsOf(input.ResourceArn)) };
    },
  ),
  ListTags: operation(
    structure({ ResourceArn: resourceArn }, { NextToken: text({ max: 8192 }), MaxResults: integer({ min: 50 }) }),
    (input) => onArn('ListTags', input.ResourceArn),
    (input) => ({ Tags: asList(hub.store.tagsOf(input.ResourceArn)) }),
  ),
  DeleteTags: operation(
    structure({ ResourceArn: resourceArn, TagKeys: list(tagKey, { min: 1, max: 50 }) }),
    (input) => onArn('DeleteTags', input.ResourceArn),
    (input) => {
      hub.store.removeTags(input.ResourceArn, input.TagKeys);
      return {};
    },
  ),
});
