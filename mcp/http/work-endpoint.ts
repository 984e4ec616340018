import type { Lab } from '@stratlab/lab/lab.ts';
import { answerLetter } from '@stratlab/lab/worker-letters.ts';
import { readBody } from './body.ts';
import { Refusal } from './refusal.ts';
import type { Endpoint } from './route.ts';

/** Room for the outcome of a job, in bytes. */
const largestLetter = 256 * 1024 * 1024;

/** The door for workers on other hosts. */
export function workEndpoint(lab: Lab): Endpoint {
  return {
    routes: [
      {
        method: 'POST',
        path: '/work',
        access: 'lab:work',
        async handle({ request, response }) {
          const letter = await readBody(request, largestLetter);
          const answer = await answerLetter(lab, letter.toString('utf8')).catch((error: unknown) => {
            throw refusalOf(error);
          });
          response.writeHead(200, { 'Content-Type': 'application/json' }).end(answer);
        },
      },
    ],
  };
}

function refusalOf(error: unknown): unknown {
  const isMisread = error instanceof Error && 'code' in error && error.code === 'invalid_input';
  return isMisread ? new Refusal(400, error.message) : error;
}
