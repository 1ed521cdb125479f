import { describe, expect, it } from 'vitest';
import { doorError } from '#src/host/wire-errors';

const refusal = (contentType?: string) => {
  const { code, status } = doorError('monitoring', 'AccessDenied', 'no', 403, contentType);
  return { code, status };
};

describe('an error of the door', () => {
  it('reaches CloudWatch clients in the protocol they asked in', () => {
    expect(refusal('application/x-amz-json-1.0')).toEqual({ code: 'AccessDeniedException', status: 400 });
    expect(refusal('application/x-www-form-urlencoded; charset=utf-8')).toEqual({ code: 'AccessDenied', status: 403 });
  });
});
