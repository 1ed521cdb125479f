import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deploymentKeys, locatePackage, runOfConfig } from '#domain/deployment/target';
import { makeRunId, modelPackageGroupName, runResourceName } from '#domain/naming';

const pipelineName = fc.stringMatching(/^[a-z][a-z0-9-]{1,20}[a-z0-9]$/);

it('finds pipeline and version in the ARN of a package', () => {
  fc.assert(
    fc.property(pipelineName, fc.integer({ min: 1, max: 99_999 }), (pipeline, version) => {
      const group = modelPackageGroupName('dev', pipeline);
      const arn = `arn:aws:sagemaker:eu-central-1:123456789012:model-package/${group}/${version}`;
      expect(locatePackage('dev', arn)).toEqual({ pipeline, version });
    }),
  );
});

it.each([
  'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-prod-loan/1',
  'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-/1',
  'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan',
  'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan/0',
])('finds nothing in %s', (arn) => {
  expect(locatePackage('dev', arn)).toBeUndefined();
});

it('finds the run of a config, and none in one made by hand or of a pipeline with a longer name', () => {
  fc.assert(
    fc.property(
      pipelineName,
      fc.date({ min: new Date('2000-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }),
      fc.stringMatching(/^[0-9a-f]{4}$/),
      (pipeline, date, digest) => {
        const run = { pipeline, runId: makeRunId(date.toISOString(), digest) };
        expect(runOfConfig('dev', pipeline, runResourceName('dev', run))).toEqual(run);
        const longer = { pipeline: `${pipeline}-x`, runId: run.runId };
        expect(runOfConfig('dev', pipeline, runResourceName('dev', longer))).toBeUndefined();
      },
    ),
  );
  expect(runOfConfig('dev', 'loan', 'tidegate-dev-loan-experiment')).toBeUndefined();
  expect(runOfConfig('dev', 'loan', 'tidegate-dev-home-20260101-080000-aaaa')).toBeUndefined();
  expect(runOfConfig('dev', 'loan', 'tidegate-prod-loan-20260101-080000-aaaa')).toBeUndefined();
});

it('sorts claims as their versions', () => {
  const versions = [1, 2, 9, 10, 100, 12_345];

  expect(versions.map(deploymentKeys.claim).toSorted()).toEqual(versions.map(deploymentKeys.claim));
});

it('keeps champions, former champions and runs under keys that do not meet', () => {
  const { champion, lock, claim, formerChampion, run } = deploymentKeys;
  const [former, ofRun] = [formerChampion('2026-01-01T00:00:00Z'), run('20260101-080000-aaaa')];

  expect(new Set([champion, lock, claim(1), former, ofRun]).size).toBe(5);
  expect([former, ofRun]).toEqual(['champion-history#2026-01-01T00:00:00Z', 'run#20260101-080000-aaaa']);
});
