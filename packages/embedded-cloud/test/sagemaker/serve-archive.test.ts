import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StartError, serveArchive } from '#src/exports/sagemaker';
import { packDirectory } from '#src/sagemaker/storage/tar';
import { containers } from './container/runtimes.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'serve-archive-'));
  mkdirSync(join(root, 'model'));
  // of a row 0, the probability is a half; the weight of the only input is 1
  writeFileSync(join(root, 'model', 'model.json'), '[0, 1]');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const serve = async (archive: string) =>
  serveArchive({
    archive,
    program: (await containers[0]?.prepare(() => {})) ?? { command: ['none'] },
    environment: { SAGEMAKER_INFERENCE_OUTPUT: 'predicted_label' },
    directory: join(root, 'container'),
    logFile: join(root, 'container.log'),
  });

describe('a model without a cloud', () => {
  it('answers rows by its own environment, and leaves nothing but its log and the archive', async () => {
    const archive = join(root, 'model.tar.gz');
    await packDirectory(join(root, 'model'), archive);

    const server = await serve(archive);
    const headers = { 'content-type': 'text/csv' };
    const answer = await server.invoke({ method: 'POST', path: '/invocations', headers, body: Buffer.from('-3\n3\n') });
    await server.stop();

    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe('0,1');
    expect(server.ended).toBe(true);
    expect(existsSync(join(root, 'container'))).toBe(false);
    expect(existsSync(archive)).toBe(true);
  });

  it('is refused when its archive is none, or its program does not start', async () => {
    writeFileSync(join(root, 'no-tar'), 'text');
    await expect(serve(join(root, 'no-tar'))).rejects.toThrow(StartError);
    expect(existsSync(join(root, 'container'))).toBe(false);

    const archive = join(root, 'empty.tar.gz');
    mkdirSync(join(root, 'empty'));
    await packDirectory(join(root, 'empty'), archive);
    await expect(serve(archive)).rejects.toThrow('the container did not start to listen');
    expect(existsSync(join(root, 'container'))).toBe(false);
  });
});
