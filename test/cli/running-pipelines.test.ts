import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CloudFile } from '#cli/cloud-file';
import { describeUpdate } from '#cli/commands/cloud';
import { pipelineHash, pipelineNames, readSources } from '#cli/project';
import { differingPipelines, pipelineState, requireRunning, warnOfEdits } from '#cli/running-pipelines';

const running = (pipelines: Record<string, string>) => ({
  cloud: { sources: { hash: 'h', pipelines } } as unknown as CloudFile,
});
const name = pipelineNames()[0] ?? '';
const onDisk = Object.fromEntries(pipelineNames().map((each) => [each, pipelineHash(each)]));
afterEach(() => vi.restoreAllMocks());

describe('a pipeline on disk and in the cloud', () => {
  it.each([
    ['same', onDisk, name],
    ['edited', { ...onDisk, [name]: 'other' }, name],
    ['not running', {}, name],
    ['gone from disk', { ...onDisk, lost: 'x' }, 'lost'],
    [undefined, onDisk, 'nobody'],
  ])('is %s', (state, pipelines, which) => {
    expect(pipelineState(running(pipelines as Record<string, string>), which)).toBe(state);
  });

  it('is not compared on AWS, or with a cloud of an earlier version', () => {
    expect(pipelineState({}, name)).toBeUndefined();
    expect(() => requireRunning({}, name)).not.toThrow();
    expect(() => requireRunning({}, 'nobody')).toThrow('No pipeline is named "nobody"');
  });

  it('stops a command when only one of them has it, with advice that applies', () => {
    expect(() => requireRunning(running({}), name)).toThrow(
      `The embedded cloud does not run ${name} yet: pipelines/${name}.yml is new. Run "npx tidegate up"`,
    );
    expect(() => requireRunning(running({ ...onDisk, lost: 'x' }), 'lost')).toThrow('Restore the file, or run');
    expect(() => requireRunning(running(onDisk), name)).not.toThrow();
    expect(() => requireRunning(running({ ...onDisk, [name]: 'other' }), name)).not.toThrow();
  });

  it('is noted on standard error when it was edited', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    warnOfEdits(running(onDisk), name);
    expect(write).not.toHaveBeenCalled();
    warnOfEdits(running({ ...onDisk, [name]: 'other' }), name);
    expect(write).toHaveBeenCalledWith(expect.stringContaining(`pipelines/${name}.yml was edited`));
  });

  it('is listed for doctor', () => {
    expect(differingPipelines(running(onDisk))).toEqual([]);
    expect(differingPipelines(running({ ...onDisk, [name]: 'other', lost: 'x' }))).toEqual(
      [`${name} (edited)`, 'lost (gone from disk)'].toSorted(),
    );
  });
});

describe('the sources', () => {
  it('have one hash by content, and one for each pipeline', () => {
    const sources = readSources();
    expect(sources.pipelines).toEqual(onDisk);
    expect(readSources()).toEqual(sources);
    expect(sources.hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('an update', () => {
  it('is told in a line', () => {
    expect(describeUpdate({ created: [], changed: [], removed: [] })).toBe('It runs what is on disk.');
    expect(describeUpdate({ created: ['A'], changed: ['B', 'C', 'D', 'E', 'F'], removed: [] })).toBe(
      'Updated: 1 new (A), 5 changed (B, C, D and 2 more). Runs in progress go on as they began.',
    );
  });
});
