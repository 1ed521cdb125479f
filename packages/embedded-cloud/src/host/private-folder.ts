import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainStateFailure, StateError } from '../cloud/state-error.ts';

/** The folder itself, or the nearest one above it that exists. */
const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

/** Why a folder cannot be made: on a read-only disk the call that makes it reports ENOENT. */
function whyNotMade(cause: unknown, path: string): unknown {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) return cause;
  try {
    accessSync(nearestFolder(path), constants.W_OK);
    return cause;
  } catch (denied) {
    return Object.assign(new Error('not writable'), { code: (denied as { readonly code?: string }).code, path });
  }
}

/**
 * Makes a folder that only its owner may look into, and closes one that is there already.
 * @throws Error when the folder is shared, as /tmp is, or belongs to somebody else
 */
export function makePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw explainStateFailure(whyNotMade(cause, path), path) ?? cause;
  }
  const { mode } = statSync(path);
  if (process.platform === 'win32' || (mode & 0o7777) === 0o700) return;
  if ((mode & 0o1000) !== 0) {
    throw new StateError(
      `${path} is shared by the users of this machine. Choose a folder below it as the state folder.`,
    );
  }
  try {
    chmodSync(path, 0o700);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EPERM')) throw cause;
    throw new StateError(
      `${path} can be read by others and is not yours to close. Choose a folder of your own as the state folder.`,
      { cause },
    );
  }
}
