import {
  CreateHyperParameterTuningJobCommand,
  type CreateHyperParameterTuningJobCommandInput,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support.ts';
import { tuningRequest } from './request.ts';

describe('CreateHyperParameterTuningJob', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.close());
  const refusal = async (
    request: CreateHyperParameterTuningJobCommandInput,
  ): Promise<{ name: string; message: string }> => {
    try {
      await world.sagemaker.send(new CreateHyperParameterTuningJobCommand(request));
    } catch (error) {
      return error as Error;
    }
    throw new Error('the request was accepted');
  };

  it.each<[string, Parameters<typeof tuningRequest>[1], string, RegExp]>([
    [
      'a metric that the built-in algorithm does not have',
      { metric: 'validation:gini' },
      'ValidationException',
      /\[validation:gini\], isn't valid for the/,
    ],
    [
      'the wrong direction',
      { direction: 'Minimize' },
      'ValidationException',
      /\[Minimize\], isn't valid for the \[validation:auc\] metric/,
    ],
    [
      'a hyperparameter that cannot be tuned',
      { ranges: { ContinuousParameterRanges: [{ Name: 'scale_pos_weight', MinValue: '1', MaxValue: '9' }] } },
      'ValidationException',
      /can't be tuned.*\[scale_pos_weight\]/,
    ],
    [
      'a range upside down',
      { ranges: { ContinuousParameterRanges: [{ Name: 'eta', MinValue: '0.5', MaxValue: '0.1' }] } },
      'ValidationException',
      /MinValue 0.5 must be less than MaxValue 0.1/,
    ],
    [
      'a logarithmic scale from 0',
      {
        ranges: {
          ContinuousParameterRanges: [{ Name: 'alpha', MinValue: '0', MaxValue: '9', ScalingType: 'Logarithmic' }],
        },
      },
      'ValidationException',
      /needs a range above 0/,
    ],
    [
      'a reverse logarithmic scale to 1',
      {
        ranges: {
          ContinuousParameterRanges: [
            { Name: 'subsample', MinValue: '0.5', MaxValue: '1', ScalingType: 'ReverseLogarithmic' },
          ],
        },
      },
      'ValidationException',
      /within 0 <= x < 1.0/,
    ],
    [
      'fractions of an integer',
      { ranges: { ContinuousParameterRanges: [{ Name: 'max_depth', MinValue: '1', MaxValue: '9' }] } },
      'ValidationException',
      /max_depth is an integer/,
    ],
    [
      'an integer range with a fraction',
      { ranges: { IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '1.5', MaxValue: '9' }] } },
      'ValidationException',
      /'1.5' is not an integer/,
    ],
    ['no range', { ranges: {} }, 'ValidationException', /at least one hyperparameter/],
    [
      'a range for a static hyperparameter',
      { fixed: { eta: '0.1' } },
      'ValidationException',
      /eta has a range and a static value/,
    ],
    ['numbers in a grid', { Strategy: 'Grid' }, 'ValidationException', /Grid search takes categorical parameters only/],
    [
      'another number of jobs than a grid has',
      { Strategy: 'Grid', jobs: 3, ranges: { CategoricalParameterRanges: [{ Name: 'eta', Values: ['0.1', '0.2'] }] } },
      'ValidationException',
      /the grid has 2 combinations/,
    ],
    ['Hyperband without its epochs', { Strategy: 'Hyperband' }, 'ValidationException', /Hyperband needs MaxResource/],
    [
      'early stopping under Hyperband',
      { Strategy: 'Hyperband', TrainingJobEarlyStoppingType: 'Auto' },
      'ValidationException',
      /must be Off/,
    ],
    ['more jobs than an account may have', { jobs: 751 }, 'ResourceLimitExceeded', /is 750, with a request of 751/],
    [
      'more jobs at once than an account may have',
      { parallel: 11 },
      'ResourceLimitExceeded',
      /is 10, with a request of 11/,
    ],
    ['a parent that does not exist', { parents: ['nobody'] }, 'ValidationException', /does not exist/],
  ])('refuses %s', async (_, change, name, message) => {
    const { HyperParameterTuningJobName: _name, ...rest } = tuningRequest('refused', change);
    const error = await refusal({ HyperParameterTuningJobName: 'refused', ...rest });
    expect([error.name, error.message]).toEqual([name, expect.stringMatching(message)]);
  });

  it("refuses a name of 33 characters with the service model's message", async () => {
    expect(await refusal(tuningRequest('x'.repeat(33), {}))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/hyperParameterTuningJobName' failed to satisfy constraint/),
    });
  });

  it('needs a metric definition where the algorithm is not the built-in one', async () => {
    const request = tuningRequest('custom', { image: '1.dkr.ecr.eu-central-1.amazonaws.com/own-algorithm:1' });
    expect((await refusal(request)).message).toBe(
      'A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions.',
    );
  });
});
