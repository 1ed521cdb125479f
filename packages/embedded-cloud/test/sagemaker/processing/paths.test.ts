import { describe, expect, it } from 'vitest';
import { isDataPath, localPath, localText } from '#src/sagemaker/processing/paths';

describe('paths of a processing job', () => {
  it.each([
    ['/opt/ml/processing/input', '/job/processing/input'],
    ['--data=/opt/ml/processing/a', '--data=/job/processing/a'],
    ['/opt/ml/processing/a:/opt/ml/processing/b', '/job/processing/a:/job/processing/b'],
    ['open("/opt/ml/output/message")', 'open("/job/output/message")'],
    ['s3://bucket/opt/ml/processing', 's3://bucket/opt/ml/processing'],
    ['/opt/mlflow/x', '/opt/mlflow/x'],
    ['plain', 'plain'],
  ])('%s is %s on this machine', (text, expected) => {
    expect(localText(text, '/job')).toBe(expected);
  });

  it('lie below the job, and data below /opt/ml/processing', () => {
    expect(localPath('/opt/ml/processing/a/b', '/job')).toBe('/job/processing/a/b');
    expect(localPath('/etc/passwd', '/job')).toBe('/etc/passwd');
    expect(['/opt/ml/processing', '/opt/ml/processing/x'].every(isDataPath)).toBe(true);
    expect(['/opt/ml', '/opt/ml/model', '/opt/ml/processing/../x', 'relative'].some(isDataPath)).toBe(false);
  });
});
