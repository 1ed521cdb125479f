/** A line as data capture writes it (SageMaker, "Data capture"). */
export const captureLine = (
  input: string,
  output: string,
  inferenceTime: string,
  encoding: 'CSV' | 'BASE64' = 'CSV',
  inferenceId?: string,
): string => {
  const data = (text: string) => (encoding === 'BASE64' ? Buffer.from(text).toString('base64') : text);
  return JSON.stringify({
    captureData: {
      endpointInput: { observedContentType: 'text/csv', mode: 'INPUT', data: data(input), encoding },
      endpointOutput: { observedContentType: 'text/csv', mode: 'OUTPUT', data: data(output), encoding },
    },
    eventMetadata: { eventId: 'e', inferenceTime, inferenceId },
    eventVersion: '0',
  });
};
