import { describe, expect, it } from 'vitest';
import { trainingImage } from '#functions/runtime/training-images';

describe('trainingImage', () => {
  it('finds the image of an algorithm', () => {
    expect(trainingImage('{"xgboost":"a.dkr/x:1","linear":"b.dkr/l:1"}', 'linear')).toBe('b.dkr/l:1');
  });

  it('names the algorithm that has no image, and those that have one', () => {
    expect(() => trainingImage('{"xgboost":"a.dkr/x:1"}', 'linear')).toThrow(
      'TRAINING_IMAGES has no image of linear; it has xgboost',
    );
    expect(() => trainingImage('{"xgboost":"a.dkr/x:1"}', 'toString')).toThrow('has no image of toString');
  });

  it.each(['image:1', '["image:1"]', '{"xgboost":1}', '{"xgboost":""}'])('refuses the malformed %s', (variable) => {
    expect(() => trainingImage(variable, 'xgboost')).toThrow('TRAINING_IMAGES is not a JSON object');
  });
});
