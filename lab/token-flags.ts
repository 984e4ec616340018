export { parseEnd } from '@stratlab/data/instant.ts';
export { parseScopes, type Scope, scopes } from './scope.ts';
