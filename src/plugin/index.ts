export { dockerFlagValue } from './docker-flags.ts';
export { type InstallMode, type InstallOutcome, install, uninstall } from './install.ts';
export { type InstallPlaces, installPlaces } from './install-places.ts';
export { metadata, metadataCommand } from './metadata.ts';
export { type PluginCall, parsePluginArguments } from './parse-plugin-arguments.ts';
export { type StopWatching, watchPluginSocket } from './watch-plugin-socket.ts';
