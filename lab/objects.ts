import { LabError } from '@stratlab/data/error.ts';
import { sha256 } from '@stratlab/data/hash.ts';
import { Unreachable } from '@stratlab/jobs/unreachable.ts';
import type { Configuration } from './configuration.ts';
import { kindOf, type NamedFile } from './named-file.ts';

const connectWithinMs = 5_000;
const silenceMs = 60_000;

const networkCodes = [
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE'],
];

/**
 * Content of files in S3-compatible storage, as `<prefix><kind>/<sha256>`. What is there is never overwritten, and what
 * comes back is what its name says. Throws `Unreachable` where the storage may answer later, `unavailable` where it refuses.
 */
export interface Objects {
  /** Throws where the bucket is missing or not ours to use. */
  check(): Promise<void>;
  /** Puts up what is not there yet. */
  put(file: NamedFile, content: () => Uint8Array): Promise<void>;
  /** Throws `not_found`, and `corrupt` where the object is another than its name says. */
  get(file: NamedFile): Promise<Uint8Array>;
}

/** The bucket that the configuration names; null where it names none. Throws `unavailable` without the package it needs. */
export async function openObjects(
  configuration: Pick<Configuration, 's3Bucket' | 's3Endpoint' | 's3Prefix'>,
): Promise<Objects | null> {
  const { s3Bucket: Bucket, s3Endpoint: endpoint, s3Prefix: prefix } = configuration;
  if (Bucket === undefined) return null;
  const s3 = await sdk();
  const client = new s3.S3Client({
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    requestHandler: { connectionTimeout: connectWithinMs, socketTimeout: silenceMs },
    // Content is compared with its name here; not every storage knows the checksums of AWS.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const place = `Bucket ${Bucket}${endpoint === undefined ? '' : ` at ${new URL(endpoint).host}`}`;
  const at = (file: NamedFile) => ({ Bucket, Key: `${prefix}${kindOf(file)}/${file.hash}` });

  /** Null where there is nothing of this name. */
  async function found<T>(asked: Promise<T>): Promise<T | null> {
    try {
      return await asked;
    } catch (error) {
      if (isA(error, 'NoSuchKey', 'NotFound')) return null;
      throw failure(error);
    }
  }

  function failure(error: unknown): Error {
    const status = error instanceof s3.S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    const said = error instanceof Error ? `${error.name} ${error.message}` : String(error);
    if (passes(error, status)) return new Unreachable(`${place} cannot be reached: ${said}`, { cause: error });
    const hint =
      'Set AWS_REGION, and credentials that may list, read and write it: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile.';
    return new LabError('unavailable', `${place} cannot be used: ${said}`, { hint, cause: error });
  }

  return {
    async check() {
      const hint = 'Make it, or correct STRATLAB_S3_BUCKET and STRATLAB_S3_ENDPOINT.';
      const answer = await found(client.send(new s3.HeadBucketCommand({ Bucket }))).catch((error: unknown) => {
        if (!(error instanceof Unreachable)) throw error;
        throw new LabError('unavailable', error.message, { path: 'STRATLAB_S3_ENDPOINT', hint, cause: error });
      });
      if (answer === null)
        throw new LabError('unavailable', `${place} does not exist.`, { path: 'STRATLAB_S3_BUCKET', hint });
    },

    async put(file, content) {
      if ((await found(client.send(new s3.HeadObjectCommand(at(file))))) !== null) return;
      const Body = content();
      if (sha256(Body) !== file.hash) {
        const hint = 'stratlab verify names what is damaged in a home.';
        throw new LabError('corrupt', `${file.path} is not what was stored.`, { hint });
      }
      try {
        await client.send(new s3.PutObjectCommand({ ...at(file), Body, IfNoneMatch: '*' }));
      } catch (error) {
        if (!isA(error, 'PreconditionFailed')) throw failure(error);
      }
    },

    async get(file) {
      const { Key } = at(file);
      const object = await found(client.send(new s3.GetObjectCommand(at(file))));
      if (object?.Body === undefined) {
        const hint = 'Lab and workers need the same STRATLAB_S3_BUCKET, STRATLAB_S3_ENDPOINT and STRATLAB_S3_PREFIX.';
        throw new LabError('not_found', `${place} has no object ${Key} (${file.path}).`, { hint });
      }
      const content = await object.Body.transformToByteArray().catch((error: unknown) => {
        throw failure(error);
      });
      if (sha256(content) === file.hash) return content;
      const hint = 'Delete the object: whoever has the file puts it up again.';
      throw new LabError('corrupt', `${place}: object ${Key} (${file.path}) is not what its name says.`, { hint });
    },
  };
}

async function sdk() {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw new LabError('unavailable', 'A bucket is named (STRATLAB_S3_BUCKET), and its package is missing.', {
      hint: 'npm install @aws-sdk/client-s3@3',
      cause,
    });
  }
}

function isA(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** A fault of the network or of the storage itself passes; a missing right, region or bucket does not. */
function passes(error: unknown, status: number | undefined): boolean {
  if (status !== undefined) return status >= 500 || status === 429 || status === 408;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return isA(error, 'TimeoutError') || networkCodes.some((known) => known === code);
}
