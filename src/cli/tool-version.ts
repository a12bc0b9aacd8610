import manifest from '../../package.json' with { type: 'json' };

/** Our version, without `v`. */
export const toolVersion: string = manifest.version;
