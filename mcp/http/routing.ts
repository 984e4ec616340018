import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';
import type { Route, Upgrade } from './route.ts';

export function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = '/'] = url.split('?');
  return path;
}

/** The route that a request asks for; a browser may ask what one would allow. Throws a 404 or 405. */
export function routeOf(routes: readonly Route[], request: IncomingMessage): Route | 'preflight' {
  const path = pathOf(request);
  const there = routes.filter((route) => route.path === path);
  if (there.length === 0) throw nothingAt(path, routes);
  const route = there.find(({ method }) => method === request.method);
  if (route !== undefined) return route;
  if (request.method === 'OPTIONS') return 'preflight';
  const Allow = there.map(({ method }) => method).join(', ');
  throw new Refusal(405, `${request.method} is not answered at ${path}; ${Allow} is.`, { Allow });
}

/** Throws a 404. */
export function upgradeOf(upgrades: readonly Upgrade[], request: IncomingMessage): Upgrade {
  const path = pathOf(request);
  const upgrade = upgrades.find((one) => one.path === path);
  if (upgrade === undefined) throw nothingAt(path, upgrades);
  return upgrade;
}

function nothingAt(path: string, known: readonly { path: string }[]): Refusal {
  const paths = [...new Set(known.map((one) => one.path))];
  return new Refusal(404, `There is nothing at ${path.slice(0, 100)}. There is ${paths.join(', ')}.`);
}
