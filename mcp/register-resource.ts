import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  ResourceTemplate,
  type ServerContext,
  type Variables,
} from '@modelcontextprotocol/server';
import { LabError } from '@stratlab/lab/error.ts';
import type { Lab } from '@stratlab/lab/lab.ts';
import { failureOf } from './failure.ts';
import type { Resource } from './resource.ts';

export function registerResource(server: McpServer, lab: Lab, resource: Resource): void {
  const { name, title, description, mimeType, uri } = resource;
  const metadata = { title, description, mimeType };
  if (!uri.includes('{')) {
    server.registerResource(name, uri, metadata, (address, context) =>
      read(lab, resource, { address, variables: {} }, context),
    );
    return;
  }
  const template = new ResourceTemplate(uri, { list: undefined, complete: completions(lab, resource) });
  server.registerResource(name, template, metadata, (address, variables, context) =>
    read(lab, resource, { address, variables }, context),
  );
}

function completions(lab: Lab, { complete = {} }: Resource) {
  const entries = Object.entries(complete).map(([variable, suggest]) => {
    return [variable, async (prefix: string) => [...(await suggest(lab, prefix))]] as const;
  });
  return Object.fromEntries(entries);
}

async function read(
  lab: Lab,
  resource: Resource,
  { address, variables }: { address: URL; variables: Variables },
  { mcpReq }: ServerContext,
): Promise<ReadResourceResult> {
  try {
    const values = Object.entries(variables).map(([key, value]) => [key, decoded(String(value))] as const);
    const content = await resource.read(lab, Object.fromEntries(values), mcpReq.signal);
    return { contents: [{ uri: address.href, mimeType: resource.mimeType, ...content }] };
  } catch (error) {
    throw protocolError(lab, error, address);
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    throw new LabError('invalid_input', `"${value}" is not a part of an address.`, { cause });
  }
}

function protocolError(lab: Lab, error: unknown, address: URL): ProtocolError {
  const { code, message, hint } = failureOf(error);
  if (code === 'not_found') return new ResourceNotFoundError(address.href, message);
  if (code !== 'internal')
    return new ProtocolError(ProtocolErrorCode.InvalidParams, `${message} ${hint}`, { code, hint });
  lab.log.error({ err: error, uri: address.href }, 'a resource could not be read');
  return new ProtocolError(ProtocolErrorCode.InternalError, message, { code, hint });
}
