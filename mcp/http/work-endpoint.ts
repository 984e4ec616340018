import { LabError } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { openObjects } from '@stratlab/lab/objects.ts';
import { answerLetter } from '@stratlab/lab/worker-letters.ts';
import { readBody } from './body.ts';
import { Refusal } from './refusal.ts';
import type { Endpoint } from './route.ts';

/** Room for the outcome of a job, in bytes. */
const largestLetter = 256 * 1024 * 1024;

/** Of a letter that the lab does not understand, and of one that may be sent again. */
const statuses = new Map<string, number>([
  ['invalid_input', 400],
  ['unavailable', 503],
]);

/** The door for workers on other hosts. Throws `unavailable` where a bucket is set that cannot be used. */
export async function workEndpoint(lab: Lab): Promise<Endpoint> {
  const objects = await openObjects(lab.configuration);
  await objects?.check();
  return {
    routes: [
      {
        method: 'POST',
        path: '/work',
        access: 'lab:work',
        async handle({ request, response }) {
          const letter = await readBody(request, largestLetter);
          const answer = await answerLetter(lab, objects, letter.toString('utf8')).catch((error: unknown) => {
            throw refusalOf(error);
          });
          response.writeHead(200, { 'Content-Type': 'application/json' }).end(answer);
        },
      },
    ],
  };
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof LabError)) return error;
  const status = statuses.get(error.code);
  return status === undefined ? error : new Refusal(status, error.message);
}
