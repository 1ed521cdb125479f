import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  challengerConfigName,
  challengerEndpointName,
  championEndpointOf,
  endpointName,
  isChallengerEndpoint,
  makeRunId,
  modelPackageGroupName,
  pipelineOfEndpoint,
  pipelineOfGroup,
  runResourceName,
  transformJobName,
  tuningJobName,
} from '#domain/naming';

const stage = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const pipeline = fc.stringMatching(/^[a-z][a-z0-9-]{1,20}[a-z0-9]$/);
const run = fc.record({
  pipeline,
  runId: fc
    .tuple(
      fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
      fc.stringMatching(/^[0-9a-f]{64}$/),
    )
    .map(([at, digest]) => makeRunId(at.toISOString(), digest)),
});

describe('names of SageMaker resources', () => {
  it('fit 63 characters and the pattern SageMaker allows, whatever stage and pipeline', () => {
    fc.assert(
      fc.property(stage, run, (s, r) => {
        const names = [
          endpointName(s, r.pipeline),
          challengerEndpointName(s, r.pipeline),
          challengerConfigName(s, r),
          runResourceName(s, r),
          transformJobName(s, r, 'candidate'),
          transformJobName(s, r, 'champion'),
        ];
        for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
      }),
    );
  });

  it('fit the 32 characters of a tuning job, which differ from run to run and from pipeline to pipeline', () => {
    fc.assert(
      fc.property(stage, run, run, (s, a, b) => {
        expect(tuningJobName(s, a)).toMatch(/^tidegate-[a-zA-Z0-9](-*[a-zA-Z0-9])*$/);
        expect(tuningJobName(s, a).length).toBeLessThanOrEqual(32);
        expect(tuningJobName(s, a) === tuningJobName(s, b)).toBe(a.pipeline === b.pipeline && a.runId === b.runId);
      }),
    );
  });

  it('lead back to the pipeline', () => {
    fc.assert(
      fc.property(stage, pipeline, (s, p) => {
        expect(pipelineOfGroup(s, modelPackageGroupName(s, p))).toBe(p);
      }),
    );
  });

  it('of another stage or service lead nowhere', () => {
    expect(pipelineOfGroup('dev', 'tidegate-prod-loans')).toBeUndefined();
    expect(pipelineOfGroup('dev', 'somebody-elses')).toBeUndefined();
  });
});

describe('makeRunId', () => {
  it('is the start to the second and four digits of what makes the run unique', () => {
    expect(makeRunId('2026-01-31T09:05:07.123Z', 'ab12cdef')).toBe('20260131-090507-ab12');
  });
});

describe('the endpoint of a challenger', () => {
  it('has a name that no pipeline’s endpoint can have, and leads back to its pipeline', () => {
    fc.assert(
      fc.property(stage, pipeline, (s, name) => {
        const own = challengerEndpointName(s, name);

        expect(isChallengerEndpoint(own)).toBe(true);
        expect(isChallengerEndpoint(endpointName(s, name))).toBe(false);
        expect(championEndpointOf(own)).toBe(endpointName(s, name));
        expect(championEndpointOf(endpointName(s, name))).toBe(endpointName(s, name));
        expect([own, endpointName(s, name)].map((one) => pipelineOfEndpoint(s, one))).toEqual([name, name]);
      }),
    );
  });
});
