/**
 * Docker's plugin protocol, install and uninstall, and completion in shells.
 * Docker's config.json is changed as little as can be, and put back exactly.
 */

export {
  type Candidate,
  type CompletedCommand,
  type CompletedOption,
  complete,
  type EarlierWords,
  type Offer,
  type WordSource,
} from './complete.ts';
export { completionScript } from './completion-script.ts';
export { dockerFlagValue } from './docker-flags.ts';
export { type InstallMode, install, uninstall } from './install.ts';
export { installPlaces } from './install-places.ts';
export { type DifferingFile, installSystem, type SystemOutcome, uninstallSystem } from './install-system.ts';
export { metadata } from './metadata.ts';
export {
  leadingDockerFlags,
  type PluginCall,
  parsePluginArguments,
  standsInForCompose,
} from './parse-plugin-arguments.ts';
export { shellFunction } from './shell-function.ts';
export { parseShell, type Shell, shells } from './shells.ts';
export { systemPlaces } from './system-places.ts';
export { tellMetrics, wantsTelemetry } from './telemetry.ts';
export { watchPluginSocket } from './watch-plugin-socket.ts';
