import { join } from 'node:path';

/** Where SageMaker mounts a job's files, and the part of it that inputs and outputs may use. */
const MOUNT = '/opt/ml';
const DATA = `${MOUNT}/processing`;

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Whether a path may be the LocalPath of an input or output. */
export const isDataPath = (path: string): boolean => isBelow(path, DATA) && !path.split('/').includes('..');

/** The folder in place of a path below /opt/ml; other texts stay unchanged. */
export const localPath = (path: string, directory: string): string =>
  isBelow(path, MOUNT) ? join(directory, path.slice(MOUNT.length)) : path;

/** Rewrites each path of a text, as in `--input=/opt/ml/processing/input`. */
export const localText = (text: string, directory: string): string =>
  text.replaceAll(/(^|[=:,\s"'])\/opt\/ml(?=\/|$)/g, (_, before: string) => `${before}${directory}`);
