import { isJSONRPCRequest } from '@modelcontextprotocol/server';
import type { Scope } from '@stratlab/lab/scope.ts';
import { may, type Principal } from './http/principal.ts';
import type { Tool } from './tool.ts';

/** The scope that a call of the tool needs. */
export function scopeOf({ annotations, toolset }: Tool): Scope {
  if (annotations.readOnlyHint) return 'lab:read';
  return toolset === 'training' ? 'lab:train' : 'lab:run';
}

/** What tells a client no more than how to go on, and whose answer depends on who asks. */
const openMethods: readonly string[] = ['initialize', 'ping', 'server/discover', 'tools/list', 'logging/setLevel'];

/**
 * The scope that a message needs and its principal has not; undefined where it may pass. Every transport of a network
 * asks this before it hands a message on.
 */
export function missingScope(principal: Principal, message: unknown, tools: readonly Tool[]): Scope | undefined {
  const scope = neededScope(message, tools);
  return scope === undefined || may(principal, scope) ? undefined : scope;
}

function neededScope(message: unknown, tools: readonly Tool[]): Scope | undefined {
  if (!isJSONRPCRequest(message) || openMethods.includes(message.method)) return undefined;
  if (message.method === 'tasks/cancel' || message.method === 'tasks/update') return 'lab:train';
  if (message.method !== 'tools/call') return 'lab:read';
  const tool = tools.find(({ name }) => name === message.params?.name);
  return tool === undefined ? undefined : scopeOf(tool);
}
