import { pageAfter } from '#src/cloud/paging';
import type { AuthorizationRequest } from '#src/cloud/service';
import { readTags, requestTagConditions, resourceTagConditions } from '#src/iam/tag-conditions';
import type { Hub } from '#src/sagemaker/hub';
import { invalid } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import { tags } from '#src/sagemaker/validation/common';
import { integer, list, structure, text } from '#src/sagemaker/validation/shape';

/** Where ListTags has no MaxResults; a resource has at most as many tags. */
const TAGS_PER_PAGE = 50;

const onArn = (action: string, arn: string): AuthorizationRequest[] => [
  { action: `sagemaker:${action}`, resource: arn },
];

const asList = (found: Readonly<Record<string, string>>) =>
  Object.entries(found).map(([Key, Value]) => ({ Key, Value }));

/**
 * Tags as conditions of policies: those a request brings and those its resource has (Service Authorization Reference,
 * "Amazon SageMaker": aws:RequestTag, aws:TagKeys, aws:ResourceTag, sagemaker:ResourceTag).
 */
export const withTagConditions = (
  tagsOf: (arn: string) => Readonly<Record<string, string>>,
  input: unknown,
  entries: readonly AuthorizationRequest[],
): AuthorizationRequest[] => {
  const requested = requestTagConditions(readTags((input as { Tags?: unknown }).Tags));
  return entries.map((entry) => {
    if (!entry.action.startsWith('sagemaker:')) return entry;
    const tags = Object.entries(tagsOf(entry.resource)).map(([Key, Value]) => ({ Key, Value }));
    const context = { ...requested, ...resourceTagConditions(tags, 'sagemaker'), ...entry.context };
    return Object.keys(context).length > 0 ? { ...entry, context } : entry;
  });
};

export const tagOperations = (hub: Hub): Operations => ({
  AddTags: operation(
    structure({ ResourceArn: text(), Tags: tags }),
    (input) => onArn('AddTags', input.ResourceArn),
    (input) => {
      hub.store.putTags(input.ResourceArn, Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value])));
      return { Tags: asList(hub.store.tagsOf(input.ResourceArn)) };
    },
  ),
  ListTags: operation(
    structure({ ResourceArn: text() }, { NextToken: text(), MaxResults: integer() }),
    (input) => onArn('ListTags', input.ResourceArn),
    (input) => {
      const { items, next } = pageAfter(
        asList(hub.store.tagsOf(input.ResourceArn)).toSorted((a, b) => (a.Key < b.Key ? -1 : 1)),
        ({ Key }) => Key,
        input.MaxResults ?? TAGS_PER_PAGE,
        input.NextToken,
        () => invalid('Invalid pagination token.'),
      );
      return { Tags: items, ...(next !== undefined && { NextToken: next }) };
    },
  ),
  DeleteTags: operation(
    structure({ ResourceArn: text(), TagKeys: list(text()) }),
    (input) => onArn('DeleteTags', input.ResourceArn),
    (input) => {
      hub.store.removeTags(input.ResourceArn, input.TagKeys);
      return {};
    },
  ),
});
