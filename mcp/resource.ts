import type { Lab } from '@stratlab/lab/lab.ts';
import type { Complete } from './prompt.ts';

export type ResourceContent = { text: string } | { blob: string };

/** Something of the lab that a client can read by address: `lab://strategies/{name}`. */
export interface Resource {
  name: string;
  title: string;
  description: string;
  /** An address, or a template with `{variables}`. */
  uri: string;
  mimeType: string;
  /** Suggestions for the variables of a template. */
  complete?: Record<string, Complete>;
  /** Throws `LabError` `not_found` where there is no such thing. `signal` fires when the reader has gone. */
  read(lab: Lab, variables: Record<string, string>, signal: AbortSignal): Promise<ResourceContent> | ResourceContent;
}
