export { dockerFlagValue } from './docker-flags.ts';
export { metadata, metadataCommand } from './metadata.ts';
export { type PluginCall, parsePluginArguments } from './parse-plugin-arguments.ts';
export { type StopWatching, watchPluginSocket } from './watch-plugin-socket.ts';
