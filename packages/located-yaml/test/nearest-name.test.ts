import { expect, test } from 'vitest';
import { nearestName } from '../src/nearest-name.ts';

test('a slip of the keyboard finds the name that was meant', () => {
  const names = ['income', 'home', 'employment_years'];
  expect(nearestName('incmoe', names)).toBe('income');
  expect(nearestName('Employment Years', names)).toBe('employment_years');
  expect(nearestName('homes', names)).toBe('home');
});
test('a name far from all finds none', () => {
  expect(nearestName('zzz', ['income', 'home'])).toBeUndefined();
  expect(nearestName('anything', [])).toBeUndefined();
});
