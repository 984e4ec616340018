/** What the published package does not contain: a binary or data that npm delivers better than a bundle. */
export const dependencies = ['better-sqlite3', '@resvg/resvg-wasm', 'dejavu-fonts-ttf'] as const;

/** What a part of the lab takes up where a person has installed it. */
export const optionalPeers: Readonly<Record<string, string>> = {
  '@aws-sdk/client-s3': '3',
  '@opentelemetry/exporter-trace-otlp-http': '>=0.300',
  '@opentelemetry/resources': '>=3',
  '@opentelemetry/sdk-trace': '>=3',
  '@tensorflow/tfjs': '4',
  '@tensorflow/tfjs-node': '4',
  '@tensorflow/tfjs-node-gpu': '4',
  bullmq: '6',
  ioredis: '6',
  webgpu: '>=0.6',
};
