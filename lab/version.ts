import workspace from './package.json' with { type: 'json' };

/** Version of the code, stated in every result. */
export const codeVersion: string = workspace.version;
