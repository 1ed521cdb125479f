import { tooMany } from '#domain/endpoint-tests/payload';
import type { EndpointTest } from '#domain/endpoint-tests/registry';
import { type Change, deleteTest, putTest } from '#functions/use-cases/test-versions';
import { exitCodes } from '../exit-codes.ts';
import { CliError, dim, green, print, printJson } from '../output.ts';
import { callerArn, type Target } from '../target.ts';
import { currentTests, type TestedEndpoint } from './suite.ts';

async function changeOf(target: Target, comment: string | undefined): Promise<Change> {
  const by = await callerArn(target);
  return { at: new Date().toISOString(), ...(by ? { by } : {}), ...(comment ? { comment } : {}) };
}

/** Puts tests. @throws CliError when the endpoint would have more tests than can run */
export async function putTests(
  target: Target,
  { endpoint, tests }: TestedEndpoint,
  put: readonly EndpointTest[],
  comment: string | undefined,
  json: boolean | undefined,
): Promise<void> {
  const current = await currentTests({ endpoint, tests, pipeline: undefined });
  const ids = [...current.filter(({ enabled }) => enabled), ...put.filter(({ enabled }) => enabled !== false)];
  const problem = tooMany([...new Set(ids.map(({ id }) => id))].map((id) => ({ id, version: 1 })));
  if (problem !== undefined) throw new CliError(`${endpoint} would have ${problem}.`, exitCodes.invalid);
  const change = await changeOf(target, comment);
  const done: { readonly id: string; readonly version: number; readonly changed: boolean }[] = [];
  for (const { id, ...content } of put) {
    const result = await putTest(tests, endpoint, id, content, change);
    if (!result) continue;
    done.push({ id, ...result });
    print(result.changed ? `${green('put')} ${id} v${result.version}` : `${dim('unchanged')} ${id} v${result.version}`);
  }
  if (json) return printJson({ endpoint, put: done });
  print(`They run on the next update of ${endpoint}, or now with "npx tidegate tests run".`);
}

/** Deletes tests. @throws CliError when one is not there; the ones before it are deleted */
export async function deleteTests(
  target: Target,
  { endpoint, tests }: TestedEndpoint,
  ids: readonly string[],
  comment: string | undefined,
  json: boolean | undefined,
): Promise<void> {
  const change = await changeOf(target, comment);
  for (const id of ids) {
    if (!(await deleteTest(tests, endpoint, id, change))) {
      throw new CliError(`${endpoint} has no test "${id}".`, exitCodes.usage);
    }
    print(`${green('deleted')} ${id}`);
  }
  if (json) printJson({ endpoint, deleted: ids });
}
