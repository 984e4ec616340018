import { getHealth } from '@stratlab/lab/get-health.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import type { Endpoint } from './route.ts';

/** `/health` for probes: 200 where the lab answers, even if jobs wait; 503 where it cannot. */
export function healthEndpoint(lab: Lab): Endpoint {
  return {
    routes: [
      {
        method: 'GET',
        path: '/health',
        access: 'public',
        handle({ response }) {
          const health = getHealth(lab);
          const status = health.status === 'failing' ? 503 : 200;
          response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
          response.end(JSON.stringify(health));
        },
      },
    ],
  };
}
