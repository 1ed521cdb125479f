import { createHash } from 'node:crypto';

/**
 * Names for what lies in the raw bucket. Folders and files are named by whoever drops them, after a customer perhaps, so no such
 * name leaves the raw bucket. A file is named by its position in its drop. A folder is shown when it is a point in time of this
 * century, such as `2026-01-31`, or `2026-01-31T10-15-00-4f2a` as `tidegate drop` names it; any other is named by a hash of its path.
 */

const time =
  /^20\d\d(-?(0[1-9]|1[0-2])(-?(0[1-9]|[12]\d|3[01])([T_-]?([01]\d|2[0-3])(([-:]?[0-5]\d){0,2}Z?|([-:]?[0-5]\d){2}-[0-9a-f]{4}))?)?)?$/;
const hashed = /^drop-[0-9a-f]{12}$/;

const hash = (text: string, digits: number): string =>
  createHash('sha256').update(text, 'utf8').digest('hex').slice(0, digits);

/** How everything but the raw bucket names a drop. @param prefix its folder, `<pipeline>/…/`, of a pipeline that exists */
export function dropName(pipeline: string, prefix: string): string {
  const folders = prefix
    .slice(pipeline.length + 1)
    .split('/')
    .filter((folder) => folder !== '');
  const plain = folders.every((folder) => time.test(folder) || hashed.test(folder));
  return `${[pipeline, ...(plain ? folders : [`drop-${hash(prefix, 12)}`])].join('/')}/`;
}

/** Whether a drop's name hides the name of its folder. */
export const isHiddenDrop = (name: string): boolean => name.split('/').some((folder) => hashed.test(folder));

/** How messages name a file of a drop. @param index its position by name, from 0 */
export const fileName = (index: number): string => `file ${index + 1} of the drop`;

/** How messages name consecutive files of a drop. @param first position of the first one, from 0 */
export const fileRange = (first: number, files: number): string =>
  files === 1 ? fileName(first) : `files ${first + 1} to ${first + files} of the drop`;

/** The files of a drop by their positions, in words. */
export function fileNames(indexes: readonly number[], most = 5): string {
  const shown = indexes.slice(0, most).map((index) => index + 1);
  const more = indexes.length - shown.length;
  const noun = indexes.length === 1 ? 'file' : 'files';
  return `${noun} ${shown.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''} of the drop`;
}

/** Identifies an object's key without telling it: the same for the same key in every drop. */
export const objectId = (key: string): string => hash(key, 16);
