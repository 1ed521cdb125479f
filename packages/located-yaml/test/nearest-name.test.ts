import { expect, test } from 'vitest';
import { nearestName } from '../src/nearest-name.ts';

test('a typing error finds the nearest name', () => {
  const names = ['income', 'home', 'employment_years'];
  expect(nearestName('incmoe', names)).toBe('income');
  expect(nearestName('Employment Years', names)).toBe('employment_years');
  expect(nearestName('homes', names)).toBe('home');
});
test('a name far from all finds none', () => {
  expect(nearestName('zzz', ['income', 'home'])).toBeUndefined();
  expect(nearestName('anything', [])).toBeUndefined();
});
