import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { isPartition } from '#domain/runs/locate-drop';
import { outcomesFolder } from '#domain/runs/outcomes-folder';
import { batchFolder } from '#domain/runs/reserved-folders';
import { counted } from '#domain/text/numbers';
import type { Pipeline } from '#schemas/pipeline';
import { exitCodes } from './exit-codes.ts';
import { CliError } from './output.ts';
import type { Target } from './target.ts';

type Bucket = Pick<Target, 's3' | 'outputs'>;
type Trigger = Pipeline['dataset']['trigger'];

/** The default folder of a drop: the time to the second, and four digits that tell drops of one second apart. */
export const defaultFolder = (): string =>
  `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${randomBytes(2).toString('hex')}`;

/** @throws CliError for a name of a folder that would not be one drop */
export function checkFolderName(folder: string, trigger: Trigger): void {
  const refuse = (why: string): never => {
    throw new CliError(`--name ${folder}: ${why} Choose another name, such as 2026-01-31.`, exitCodes.usage);
  };
  if (folder.split('/', 1)[0] === outcomesFolder) {
    refuse(`the folder ${outcomesFolder} holds outcomes, which "npx tidegate outcomes" sends.`);
  }
  if (folder.split('/', 1)[0] === batchFolder) {
    refuse(`the folder ${batchFolder} holds rows to score, which "npx tidegate score" sends.`);
  }
  for (const name of folder.split('/')) {
    if (name === '') refuse('a folder in it has no name.');
    if (/^[_.]/.test(name)) refuse('folders whose names start with _ or . are no data.');
    if (isPartition(name) && !('marker' in trigger)) {
      refuse('folders key=value belong to one table, and the whole table is the drop.');
    }
  }
}

/**
 * The files of a drop, without the marker, which is written last.
 *
 * @throws CliError for a file that does not exist or cannot be told from another in the drop
 */
export function checkFiles(files: readonly string[], trigger: Trigger): readonly string[] {
  const named = new Map<string, string>();
  for (const file of files) {
    if (!existsSync(file)) throw new CliError(`${file} does not exist.`, exitCodes.usage);
    if (!statSync(file).isFile()) throw new CliError(`${file} is not a file.`, exitCodes.usage);
    const name = basename(file);
    if ('marker' in trigger && name === trigger.marker) continue;
    const other = named.get(name);
    if (other !== undefined && other !== file) {
      throw new CliError(
        `${other} and ${file} have the same name, and a drop has one file of each name. Rename one of them.`,
        exitCodes.usage,
      );
    }
    named.set(name, file);
  }
  if (named.size === 0) throw new CliError('There is no file with data to drop.', exitCodes.usage);
  return [...named.values()];
}

/** The keys below a prefix; directly in that folder alone, if `shallow`. */
async function listKeys({ s3, outputs }: Bucket, prefix: string, shallow = false): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: outputs.RawBucketName,
        Prefix: prefix,
        ...(shallow ? { Delimiter: '/' } : {}),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

/** Whether any object lies below a prefix of the raw bucket. */
export async function hasDrop({ s3, outputs }: Bucket, prefix: string): Promise<boolean> {
  const { KeyCount = 0 } = await s3.send(
    new ListObjectsV2Command({ Bucket: outputs.RawBucketName, Prefix: prefix, MaxKeys: 1 }),
  );
  return KeyCount > 0;
}

/** Deletes objects. The bucket is versioned: their versions stay, and a run that pinned them goes on. */
async function remove({ s3, outputs }: Bucket, keys: readonly string[]): Promise<void> {
  // DeleteObjects takes at most 1,000 keys
  for (let i = 0; i < keys.length; i += 1000) {
    const Objects = keys.slice(i, i + 1000).map((Key) => ({ Key }));
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: outputs.RawBucketName, Delete: { Objects, Quiet: true } }),
    );
    const [error] = Errors;
    if (error) {
      throw new CliError(`${counted(Errors.length, 'object')} could not be deleted: ${error.Code}: ${error.Message}`);
    }
  }
}

/**
 * Makes sure that a drop's folder is free. With `replace`, the files that stand there and are not dropped again are deleted, the marker
 * first, so that a folder is never complete with files of two drops.
 *
 * @throws CliError when files stand there, or in a folder above
 */
export async function freeFolder(
  bucket: Bucket,
  prefix: string,
  {
    files,
    trigger,
    replace,
  }: { readonly files: readonly string[]; readonly trigger: Trigger; readonly replace: boolean },
): Promise<void> {
  const parts = prefix.split('/').slice(0, -1);
  for (let depth = 2; depth < parts.length; depth++) {
    const above = `${parts.slice(0, depth).join('/')}/`;
    if ((await listKeys(bucket, above, true)).length > 0) {
      throw new CliError(
        `${above} is a drop with files of its own, so ${prefix} would become a part of it. Use another --name.`,
        exitCodes.usage,
      );
    }
  }
  const found = await listKeys(bucket, prefix);
  if (found.length === 0) return;
  if (!replace) {
    const marker = 'marker' in trigger ? trigger.marker : undefined;
    const data = found.filter((key) => key !== `${prefix}${marker}`);
    throw new CliError(
      `The folder ${prefix} exists already, with ${counted(data.length, 'file')}. Use another --name, or --replace to drop these files in their place (their versions stay in the bucket).`,
      exitCodes.usage,
    );
  }
  const again = new Set(files.map((file) => prefix + basename(file)));
  const marker = 'marker' in trigger ? found.filter((key) => key === `${prefix}${trigger.marker}`) : [];
  await remove(bucket, marker);
  await remove(
    bucket,
    found.filter((key) => !again.has(key) && !marker.includes(key)),
  );
}
